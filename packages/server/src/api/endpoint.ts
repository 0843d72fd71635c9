/** What an endpoint is, and what its parameters are made of. */
import { z } from 'zod'
import type { HistoryReader } from '../history/model.ts'
import type { Core, NetworkView } from '../shard/model.ts'
import { Problem } from './problem.ts'

export interface ApiContext {
  readonly core: Pick<Core, 'networks' | 'network'>
  /** Undefined where no history is kept. */
  readonly history: HistoryReader | undefined
  readonly now: () => number
  readonly version: string
  /** A network's summary, made at most once a second. */
  readonly summary: (view: NetworkView) => ReturnType<NetworkView['summary']>
}

export interface HandleOptions {
  /** Aborts when whoever asked has left. */
  readonly signal: AbortSignal
  /** Runs work and takes its time off the budget of heavy endpoints; for work behind an `await`. */
  readonly spend: <T>(work: () => T) => T
}

export interface Endpoint {
  readonly id: string
  readonly summary: string
  /** As OpenAPI writes it, below the base path. */
  readonly path: string
  readonly params: z.ZodObject
  readonly query: z.ZodObject
  readonly response: z.ZodType
  /** True where an answer costs time in proportion to the network: those share a time budget. */
  readonly heavy: boolean
  /** Gives a body, an `Answer` or a `Problem`, or a promise of one. */
  readonly handle: (context: ApiContext, params: never, query: never, options: HandleOptions) => unknown
}

export const endpoint = <P extends z.ZodObject, Q extends z.ZodObject>(definition: {
  readonly id: string
  readonly summary: string
  readonly path: string
  readonly params: P
  readonly query: Q
  readonly response: z.ZodType
  readonly heavy?: boolean
  readonly handle: (context: ApiContext, params: z.output<P>, query: z.output<Q>, options: HandleOptions) => unknown
}): Endpoint => ({ heavy: false, ...definition })

export const nothing = z.strictObject({})
export const name = z.string().min(1).max(200)
export const network = name.describe('Key of the network.')
// Query values are text: what is not plain decimal digits is no number here.
export const integer = (min: number, max: number, what: string) =>
  z
    .string()
    .regex(/^\d{1,16}$/, `expected a whole number from ${min} to ${max}`)
    .transform(Number)
    .pipe(z.int().min(min).max(max))
    .describe(what)

/** Runs `use` on the network, if there is one. */
export const onNetwork = (context: ApiContext, key: string, use: (view: NetworkView) => unknown): unknown => {
  const view = context.core.network(key)
  return view === undefined
    ? new Problem('API_NETWORK_UNKNOWN', `No network "${key}" is known; /api/v1/networks lists them.`)
    : use(view)
}

export const base = '/api/v1'
