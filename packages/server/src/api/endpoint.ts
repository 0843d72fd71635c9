/** What an endpoint is, and what its parameters are made of. */
import { z } from 'zod'
import type { Alarms } from '../alarms/alarms.ts'
import type { AlarmReceivers } from '../alarms/notifier/receivers.ts'
import type { ConsensusView } from '../consensus/mod.ts'
import type { DeliveryTracker } from '../delivery/delivery-model.ts'
import type { HistoryReader } from '../history/history-model.ts'
import type { ServerStatus } from '../status/server-status.ts'
import type { Core, NetworkView } from '../shard/shard-model.ts'
import type { Gate } from './gate.ts'
import type { Auth } from '../auth/mod.ts'
import type { Principal } from '../auth/http-authenticator.ts'
import type { Role } from '../auth/roles.ts'
import type { WebFault } from '../net/web-policy.ts'
import { Problem } from '../net/problem.ts'

export interface ApiContext {
  readonly core: Pick<Core, 'networks' | 'network'>
  /** Undefined where no history is kept. */
  readonly history: HistoryReader | undefined
  /** Undefined where nobody follows headers. */
  readonly consensus?: ConsensusView | undefined
  /** Undefined where no agent can deliver. */
  readonly deliveries?: Pick<DeliveryTracker, 'durable' | 'list' | 'counts'> | undefined
  /** Undefined where nobody can log in. */
  readonly auth: Auth | undefined
  /** How many questions and exports of the history are worked on at once. */
  readonly gates: { readonly queries: Gate; readonly exports: Gate }
  /** Undefined where alarms are off. */
  readonly alarms?: Alarms | undefined
  /** Who is notified of alarms; undefined where nobody can be. */
  readonly receivers?: AlarmReceivers | undefined
  /** What the server says of itself. */
  readonly status?: (() => ServerStatus) | undefined
  readonly now: () => number
  readonly version: string
  /** A network's summary, made at most once a second. */
  readonly summary: (view: NetworkView) => ReturnType<NetworkView['summary']>
}

export interface HandleOptions {
  /** Aborts when the one who asked has left. */
  readonly signal: AbortSignal
  /** Runs work and takes its time off the budget of heavy endpoints; for work behind an `await`. */
  readonly spend: <T>(work: () => T) => T
  /** Who asks: the address, behind trusted proxies that of their client. */
  readonly client: string
  /** What its shares are counted by. */
  readonly origin: string
  /** True for HEAD, whose body nobody reads. */
  readonly headOnly: boolean
  /** Undefined only where an endpoint is open to everybody. */
  readonly principal: Principal | undefined
  /** Whether the connection of the one who asks is encrypted. */
  readonly secure: boolean
  /** Path below which anyone who asks finds the server, without a slash at its end. */
  readonly prefix: string
  /** Why a page of this origin would be refused the feed; undefined where it would not. */
  readonly feedFault: (origin: string | undefined) => WebFault | undefined
}

/** What changes something is not asked with GET. */
export type Method = 'GET' | 'POST' | 'DELETE'

export interface Endpoint {
  readonly id: string
  readonly summary: string
  readonly method: Method
  /** Who may ask: the least role, or everybody, whatever the configuration says of those who have not logged in. */
  readonly role: Role | 'everybody'
  /** As OpenAPI writes it, below the base path. */
  readonly path: string
  readonly params: z.ZodObject
  /** Where there is a body, `query` is what its JSON must be. */
  readonly query: z.ZodObject
  readonly response: z.ZodType
  /** The answer depends on who asks, and nobody may keep it. */
  readonly personal: boolean
  /** Problems besides those that its other properties bring. */
  readonly problems?: readonly number[]
  /** Media types of the answer where it is not JSON. */
  readonly produces?: readonly string[]
  /** True where an answer costs time in proportion to the network: those share a time budget. */
  readonly heavy: boolean
  /** Set where the store is asked: what may then go wrong is in the description. */
  readonly history?: 'query' | 'export'
  /** Gives a body, an `Answer`, a `Download` or a `Problem`, or a promise of one. */
  readonly handle: (context: ApiContext, params: never, query: never, options: HandleOptions) => unknown
}

export const endpoint = <P extends z.ZodObject, Q extends z.ZodObject>(definition: {
  readonly id: string
  readonly summary: string
  readonly method?: Method
  readonly role: Role | 'everybody'
  readonly path: string
  readonly params: P
  readonly query: Q
  readonly response: z.ZodType
  readonly personal?: boolean
  readonly problems?: readonly number[]
  readonly produces?: readonly string[]
  readonly heavy?: boolean
  readonly history?: 'query' | 'export'
  readonly handle: (context: ApiContext, params: z.output<P>, query: z.output<Q>, options: HandleOptions) => unknown
}): Endpoint => ({ heavy: false, personal: false, method: 'GET', ...definition })

/** Whether its parameters come as the JSON of a body. */
export const hasBody = ({ method }: Pick<Endpoint, 'method'>): boolean => method === 'POST'

export const nothing = z.strictObject({})
export const name = z.string().min(1).max(200)
export const network = name.describe('Key of the network.')
/** Key of what stands in the OpenAPI description in place of the text that a query really is. */
export const described = 'x-described'
// Query values are text: what is not plain decimal digits is no number here.
export const integer = (min: number, max: number, what: string) =>
  z
    .string()
    .regex(/^\d{1,16}$/, `expected a whole number from ${min} to ${max}`)
    .transform(Number)
    .pipe(z.int().min(min).max(max))
    .meta({ description: what, [described]: { type: 'integer', minimum: min, maximum: max } })

/** Runs `use` on the network, if there is one. */
export const onNetwork = (context: ApiContext, key: string, use: (view: NetworkView) => unknown): unknown => {
  const view = context.core.network(key)
  return view === undefined
    ? new Problem('API_NETWORK_UNKNOWN', `No network "${key}" is known; /api/v1/networks lists them.`)
    : use(view)
}

export const base = '/api/v1'
