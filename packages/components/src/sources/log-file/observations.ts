/** Observations of an entry: the line itself, and what it tells besides. */
import { maxLogFields, unixMs } from '@netstats/protocol'
import type { Log, NodeId, Observation } from '@netstats/protocol'
import type { Entry } from './entries.ts'
import { eventOf, findingsOf } from './events.ts'

export interface EntryContext {
  readonly node: NodeId
  /** Program, or file, that the lines are of. */
  readonly source: string
  /** Unix milliseconds; for lines that name no time, or one that cannot be. */
  readonly now: number
  /** Lines less severe than this are passed over; what they tell besides is not. */
  readonly leastSevere: number
}

const messageLength = 8192
const dayMs = 86_400_000
/** No client is older. */
const earliest = Date.UTC(2013, 0, 1)

export const observationsOf = (entry: Entry, context: EntryContext): readonly Observation[] => {
  const { node, now, source, leastSevere } = context
  const { line, more, isCut } = entry
  const at = line?.at
  const observedAt = unixMs(Math.floor(at !== undefined && at >= earliest && at <= now + dayMs ? at : now))
  const said = line?.message ?? entry.text
  const event = line === undefined ? undefined : eventOf(line.message)
  const severity = line?.severity ?? (/^(?:panic|fatal)\b/i.test(said) ? 2 : 6)
  const whole = line === undefined || more === '' ? said : `${said}\n${more}`
  const own = {
    ...(event === undefined ? {} : { event }),
    ...(isCut || whole.length > messageLength ? { cut: 'true' } : {}),
  }
  // Ours first, so that they are not those beyond the bound.
  const fields = { ...own, ...line?.fields, ...own }
  const body: Log = {
    severity,
    source: source.slice(0, 100),
    message: whole.slice(0, messageLength),
    ...(line?.component === undefined || line.component === '' ? {} : { component: line.component.slice(0, 100) }),
    ...(Object.keys(fields).length === 0
      ? {}
      : { fields: Object.fromEntries(Object.entries(fields).slice(0, maxLogFields)) }),
  }
  const lines: readonly Observation[] = severity > leastSevere ? [] : [{ kind: 'log', node, observedAt, body }]
  if (line === undefined) return lines
  const told = findingsOf(line, event).map((one): Observation => ({ ...one, node, observedAt }))
  return [...lines, ...told]
}
