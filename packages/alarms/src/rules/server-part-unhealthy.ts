import { second } from '../durations.ts'
import type { Rule } from '../rule.ts'
import type { ServerFacts } from '../facts.ts'

/** Of these other rules tell, in their own words. */
const toldElsewhere: ReadonlySet<string> = new Set(['store', 'store/files', 'history', 'queue', 'tls', 'clones'])

export const partUnhealthy: Rule<ServerFacts> = {
  name: 'server-part-unhealthy',
  about: 'server',
  severities: ['major', 'minor'],
  meaning: 'A part of the server has failed or does only a part of its work.',
  advice: 'Read what it says of itself on the page of the server, and its lines in the log.',
  for: 30 * second,
  clearAfter: 30 * second,
  judge: ({ parts }) =>
    parts
      .filter(({ name, state }) => (state === 'failed' || state === 'degraded') && !toldElsewhere.has(name))
      .map(({ name, state, reason }) => ({
        severity: state === 'failed' ? 'major' : 'minor',
        message: `The server's part ${name} is ${state}${reason ? `: ${reason}` : ''}`,
        labels: { part: name },
      })),
}
