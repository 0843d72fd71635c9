/**
 * When each node has to be looked at again: a look at tens of thousands of records a second takes milliseconds, one at
 * their due times in a row of numbers does not. A due time may be too early, never too late while the clock goes on.
 */
import type { NodeRecord } from './node-record.ts'

export interface Reviews {
  /** By slot; undefined where nobody has it. */
  readonly nodes: (NodeRecord | undefined)[]
  /** By slot. */
  dueAt: Float64Array
  reviewedAt: number
}

export const createReviews = (): Reviews => ({ nodes: [], dueAt: new Float64Array(64), reviewedAt: -Infinity })

/** A new node is looked at the next time. */
export const addReview = (reviews: Reviews, node: NodeRecord): void => {
  reviews.nodes[node.slot] = node
  if (node.slot >= reviews.dueAt.length) {
    const grown = new Float64Array(2 * node.slot)
    grown.set(reviews.dueAt)
    reviews.dueAt = grown
  }
  reviews.dueAt[node.slot] = 0
}

export const removeReview = ({ nodes }: Reviews, { slot }: NodeRecord): void => {
  nodes[slot] = undefined
}

/** Looks at all that are due. `review` says when to look again. */
export const reviewDue = (reviews: Reviews, at: number, review: (node: NodeRecord) => number): void => {
  // What is due was said by a clock that has been set back since.
  if (at < reviews.reviewedAt) reviews.dueAt.fill(0)
  reviews.reviewedAt = at
  const { nodes, dueAt } = reviews
  for (let slot = 0; slot < nodes.length; slot++) {
    if ((dueAt[slot] as number) > at) continue
    const node = nodes[slot]
    if (node !== undefined) dueAt[slot] = review(node)
  }
}
