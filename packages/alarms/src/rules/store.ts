import { minute, second } from '../durations.ts'
import type { Rule } from '../rule.ts'
import type { ServerFacts } from '../facts.ts'
import { durationText } from '../words.ts'
import { troubleOf } from './read.ts'

export const storeDown: Rule<ServerFacts> = {
  name: 'store-down',
  about: 'server',
  severities: ['critical'],
  meaning:
    'The history cannot be written: agents keep what they have, and native what native clients report are lost after a while.',
  advice: 'Look whether its disk is full and its folder writable; the reason is in the message and in the log.',
  for: 20 * second,
  clearAfter: 20 * second,
  judge(server) {
    const trouble = troubleOf(server, 'store')
    return trouble === undefined
      ? []
      : [{ severity: 'critical', message: `The history cannot be written${trouble.because}` }]
  },
}

export const storeFiles: Rule<ServerFacts> = {
  name: 'store-files-damaged',
  about: 'server',
  severities: ['major'],
  meaning: 'Files of the history are gone, damaged or cut.',
  advice: 'Run `netstats store verify`, and put back what is missing from a backup.',
  for: 0,
  clearAfter: minute,
  judge(server) {
    const trouble = troubleOf(server, 'store/files')
    return trouble === undefined
      ? []
      : [{ severity: 'major', message: `Files of the history are not as they were left${trouble.because}` }]
  },
}

const lateSeconds = 30
const veryLateSeconds = 300
const wellSeconds = 5

export const storeBehind: Rule<ServerFacts> = {
  name: 'store-behind',
  about: 'server',
  severities: ['major', 'minor'],
  meaning: 'Rows wait too long to be written: the history is behind what dashboards show live.',
  advice: "Look at the disk's speed and at what else uses it, or keep less detail of fewer nodes.",
  for: minute,
  clearAfter: minute,
  judge(server, isOpen) {
    const lag = server.metric('netstats_server_history_lag_seconds')
    if (lag === undefined || lag < (isOpen() ? wellSeconds : lateSeconds)) return []
    const message = `The oldest row of the history has waited ${durationText(lag * 1000)} to be written`
    return [{ severity: lag >= veryLateSeconds ? 'major' : 'minor', message }]
  },
}

export const historyIncomplete: Rule<ServerFacts> = {
  name: 'history-incomplete',
  about: 'server',
  severities: ['minor'],
  meaning: 'The server gives up rows of the history: charts and logs will have gaps.',
  advice: 'The message says of which sort and why; the page of the server counts them.',
  for: 0,
  clearAfter: minute,
  judge(server) {
    const trouble = troubleOf(server, 'history')
    return trouble === undefined
      ? []
      : [{ severity: 'minor', message: `A part of the history is given up${trouble.because}` }]
  },
}
