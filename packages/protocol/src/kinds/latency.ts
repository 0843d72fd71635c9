import { number, object } from '../parse.ts'
import { defineKind } from './define.ts'

/** Time between reporter and server, milliseconds; half a round trip for most clients, a whole one for some. */
export interface Latency {
  readonly latencyMs: number
}

export const latency = defineKind<Latency>({ code: 3, class: 'latency', read: object({ latencyMs: number }) })
