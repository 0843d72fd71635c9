import { count, object } from '../parse.ts'
import { defineKind } from './define.ts'

/** Transactions waiting in the node's pool; what counts as waiting differs from client to client. */
export interface Pending {
  readonly pending: number
}

export const pending = defineKind<Pending>({ code: 2, class: 'latency', read: object({ pending: count }) })
