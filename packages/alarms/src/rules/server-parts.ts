/** Parts of the server whose trouble is a rule of its own: what it means differs, and so does what to do. */
import { minute, second } from '../durations.ts'
import type { Rule } from '../rule.ts'
import type { ServerFacts } from '../facts.ts'
import { troubleOf } from './read.ts'

export const certificateExpires: Rule<ServerFacts> = {
  name: 'certificate-expires',
  about: 'server',
  severities: ['critical', 'minor'],
  meaning: "The server's certificate expires within two weeks, has expired, or a new one cannot be used.",
  advice: 'Renew the certificate and put it in the same files; the server takes it over without a restart.',
  for: 0,
  clearAfter: 0,
  judge(server) {
    const trouble = troubleOf(server, 'tls')
    if (trouble === undefined) return []
    const severity = trouble.hasFailed ? 'critical' : 'minor'
    return [{ severity, message: `The certificate of the server needs care${trouble.because}` }]
  },
}

export const clonedAgent: Rule<ServerFacts> = {
  name: 'agents-with-one-identity',
  about: 'server',
  severities: ['major'],
  meaning: 'Two machines report with one data folder and its copy: what one of them says counts as said by the other.',
  advice: 'Stop one of them, or give it a name and an empty data folder of its own.',
  for: 0,
  clearAfter: minute,
  judge(server) {
    const trouble = troubleOf(server, 'clones')
    return trouble === undefined
      ? []
      : [{ severity: 'major', message: `Two agents report with one identity${trouble.because}` }]
  },
}

export const serverOverloaded: Rule<ServerFacts> = {
  name: 'server-overloaded',
  about: 'server',
  severities: ['major'],
  meaning:
    'More comes in than the server can work through: it drops latency, statistics and logs, the least important first.',
  advice: 'Give it more cores, ask agents to report less often, or spread the nodes over more servers.',
  for: 30 * second,
  clearAfter: minute,
  judge(server) {
    const trouble = troubleOf(server, 'queue')
    return trouble === undefined
      ? []
      : [{ severity: 'major', message: `The server does not keep up${trouble.because}` }]
  },
}
