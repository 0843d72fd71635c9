/**
 * When each node has to be looked at again: a look at tens of thousands of records a second takes milliseconds, one at
 * their due times in a row of numbers does not. A due time may be too early, never too late while the clock goes on.
 */
import type { NodeRecord } from './nodes/node-record.ts'

export interface Timeouts {
  /** By slot; undefined where nobody has it. */
  readonly nodes: (NodeRecord | undefined)[]
  /** By slot. */
  dueAt: Float64Array
  checkedAt: number
}

export const createTimeouts = (): Timeouts => ({ nodes: [], dueAt: new Float64Array(64), checkedAt: -Infinity })

/** A new node is looked at the next time. */
export const addTimeout = (timeouts: Timeouts, node: NodeRecord): void => {
  timeouts.nodes[node.slot] = node
  if (node.slot >= timeouts.dueAt.length) {
    const grown = new Float64Array(2 * node.slot)
    grown.set(timeouts.dueAt)
    timeouts.dueAt = grown
  }
  timeouts.dueAt[node.slot] = 0
}

export const removeTimeout = ({ nodes }: Timeouts, { slot }: NodeRecord): void => {
  nodes[slot] = undefined
}

/** Looks at all that are due. `check` says when to look again. */
export const checkTimeouts = (timeouts: Timeouts, at: number, check: (node: NodeRecord) => number): void => {
  // What is due was said by a clock that has been set back since.
  if (at < timeouts.checkedAt) timeouts.dueAt.fill(0)
  timeouts.checkedAt = at
  const { nodes, dueAt } = timeouts
  for (let slot = 0; slot < nodes.length; slot++) {
    if ((dueAt[slot] as number) > at) continue
    const node = nodes[slot]
    if (node !== undefined) dueAt[slot] = check(node)
  }
}
