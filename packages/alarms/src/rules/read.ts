/** Reads of facts that many rules share. */
import type { NodeFacts, ServerFacts } from '../facts.ts'

/** A column that holds a number; undefined where it is not known. */
export const numberOf = (node: NodeFacts, column: string): number | undefined => {
  const value = node.column(column)
  return typeof value === 'number' ? value : undefined
}

/** An inactive node says nothing that still holds. */
export const isActive = (node: NodeFacts): boolean => node.column('state') === 'active'

/** What was measured longer ago says nothing of now: an agent that is away, a source that was taken out. */
const staleMs = 10 * 60_000

/** A metric's newest value, while it is fresh. */
export const freshMetric = (node: NodeFacts, name: string): number | undefined => {
  const found = node.metric(name)
  return found === undefined || node.at - found.at > staleMs ? undefined : found.value
}

/** How a part of the server is not well, for a sentence; undefined while it is, or starts, or was stopped. */
export const troubleOf = (
  { parts }: ServerFacts,
  part: string,
): { readonly hasFailed: boolean; readonly because: string } | undefined => {
  const found = parts.find(({ name, state }) => name === part && (state === 'failed' || state === 'degraded'))
  return found && { hasFailed: found.state === 'failed', because: found.reason ? `: ${found.reason}` : '' }
}
