/** Observations as InfluxDB's line protocol. */
import type { Mapping, SpooledObservation } from '@netstats/sdk'
import { severityName } from '@netstats/sdk'

type Labels = Readonly<Record<string, string>>

/** A backslash means something only before some characters, which differ from place to place: it becomes a slash. */
const plain = (text: string): string => text.replaceAll('\\', '/').replaceAll(/\p{Cc}/gu, ' ')
const measurement = (text: string): string => plain(text).replaceAll(/[, ]/g, '\\$&').replace(/^#/, '_')
const tag = (text: string): string => plain(text).replaceAll(/[,= ]/g, '\\$&')
const string = (text: string): string => `"${text.replaceAll(/["\\]/g, '\\$&')}"`

/** Sorted, as InfluxDB likes them; an empty one is no tag. */
const tags = (labels: Labels): string =>
  Object.entries(labels)
    .filter(([label, text]) => label !== '' && text !== '')
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([label, text]) => `,${tag(label)}=${tag(text)}`)
    .join('')

const line = (name: string, labels: Labels, fields: readonly string[], at: bigint): string =>
  `${measurement(name)}${tags(labels)} ${fields.join(',')} ${at}`

/** Numbers are floats: what is whole today may not be tomorrow, and a field has one type for good. */
const number = (value: number): string => (Object.is(value, -0) ? '0' : String(value))

/**
 * Lines without an end. Each number is a measurement of its name with the field `value`. Of logs and alarms several may fall
 * into a millisecond: their place in the spool tells them apart in the nanoseconds, the same one each time they come.
 */
export const createRenderer =
  (mapping: Mapping) =>
  (item: SpooledObservation): readonly string[] => {
    const { observation, sequence } = item
    const at = BigInt(Math.trunc(observation.observedAt)) * 1_000_000n
    const apart = at + BigInt(sequence % 1_000_000)
    if (observation.kind === 'log') {
      const { severity, source, message } = observation.body
      const labels = { ...mapping.labels(item), severity: severityName(severity), source }
      return [line('log', labels, [`message=${string(message)}`], apart)]
    }
    if (observation.kind === 'alarm') {
      const { alarm, step, type, severity, message } = observation.body
      const labels = { ...mapping.labels(item), severity: severityName(severity), type, step }
      return [line('alarm', labels, [`alarm=${string(alarm)}`, `message=${string(message)}`], apart)]
    }
    return mapping.samples(item).map(({ name, value, labels }) => line(name, labels, [`value=${number(value)}`], at))
  }
