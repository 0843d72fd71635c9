/** Observations for people to read, in chats, mails and logs. */
import type { Observation } from '@netstats/protocol'
import { alarmTitle } from './alarm-text.ts'
import { encodeBody, samplesOf, severityName } from '@netstats/sdk'

export interface ObservationText {
  /** One line: what it is about. */
  readonly title: string
  /** What is said; may be of several lines. */
  readonly text: string
  /** As in RFC 5424; what has none of its own counts as informational. */
  readonly severity: number
}

const informational = 6
const warning = 4

export const describeObservation = (observation: Observation): ObservationText => {
  switch (observation.kind) {
    case 'alarm': {
      const { severity, message } = observation.body
      return { title: alarmTitle(observation.body), text: message, severity }
    }
    case 'log': {
      const { source, severity, message } = observation.body
      return { title: `${severityName(severity)}: ${source}`, text: message, severity }
    }
    case 'gap': {
      const { dropped, reason, class: of, from, to } = observation.body
      const range = `${new Date(from).toISOString()} to ${new Date(to).toISOString()}`
      return {
        title: `${dropped} observations lost`,
        text: `${dropped} observations of class ${of} were given up (${reason}), observed from ${range}`,
        severity: warning,
      }
    }
    case 'head-event':
      return { title: observation.body.type, text: encodeBody(observation), severity: informational }
    case 'node-info':
    case 'header':
      return { title: observation.kind, text: encodeBody(observation), severity: informational }
    case 'node-stats':
    case 'pending':
    case 'latency':
    case 'block':
    case 'block-processing':
    case 'host':
    case 'metric':
      return { title: observation.kind, text: numbersOf(observation), severity: informational }
    default:
      // A kind that a later version of the protocol knows.
      return { title: 'observation', text: '', severity: informational }
  }
}

/** Of a block asked for afterwards, or a node that says nothing in numbers, what there is. */
const numbersOf = (observation: Observation): string => {
  const numbers = samplesOf(observation).map(({ name, value }) => `${name}=${value}`)
  return numbers.length > 0 ? numbers.join(' ') : encodeBody(observation)
}
