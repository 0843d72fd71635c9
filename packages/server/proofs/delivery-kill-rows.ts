// What the agents of the proof tell: the same for a sequence whenever it is asked.
import type { Retention } from '@netstats/store'

const day = 86_400_000
export const retention: Retention = { raw: day, logs: day, seconds: day, minutes: day, hours: day }
export const network = '1337'
export const spool = 'ab'.repeat(16)
export const agents: readonly string[] = Array.from({ length: 8 }, (_, i) => `agent-${i}`)

/** Odd sequences are lines of the log, even ones values of a metric: they are in different files. */
export const bodyOf = (agent: string, sequence: number) =>
  sequence % 2 === 1
    ? { kind: 'log', body: { severity: 6, source: agent, message: String(sequence) } }
    : { kind: 'metric', body: { name: `count of ${agent}`, value: sequence } }

/** How far each agent was told that it is stored. A last line that is torn was never noted. */
export const acknowledgedIn = (journal: string): Map<string, number> => {
  const told = new Map<string, number>()
  for (const line of journal.split('\n').slice(0, -1)) {
    const [, agent = '', through] = line.split(' ')
    told.set(agent, Math.max(told.get(agent) ?? 0, Number(through)))
  }
  return told
}
