/** The way from a request to the store: keys for names, a place in the gate, and faults in words for the client. */
import { StoreError } from '@netstats/store'
import type { QueryOptions, Store } from '@netstats/store'
import type { HistoryReader } from '../../history/history-model.ts'
import type { ApiContext, HandleOptions } from '../endpoint.ts'
import { Problem } from '../../net/problem.ts'

/** A key no row has: for who is known now and was never written. */
const noKey = 0xffff_ffff

export interface Past {
  readonly store: Store
  readonly reader: HistoryReader
  /** To hand on with every question. */
  readonly options: QueryOptions
  /** When the request came, Unix milliseconds. */
  readonly now: number
  /** What the id of a node is in answers, and what it calls itself now, where it is there. */
  nodeName(key: number): string
  shownName(key: number): string
}

export interface NetworkPast extends Past {
  readonly network: number
  /** Key of a node; a problem where nobody ever knew it. */
  nodeKey(id: string): number | Problem
}

export const unavailable = (history: HistoryReader | undefined): Problem =>
  new Problem('API_HISTORY_UNAVAILABLE', history?.reason ?? 'This server keeps no history.')

const openPast = (context: ApiContext, { signal }: HandleOptions): Past | Problem => {
  const { history: reader } = context
  const store = reader?.store
  if (reader === undefined || store === undefined) return unavailable(reader)
  const nodeName = (key: number): string => reader.nodeOf(key) ?? `#${key}`
  return { store, reader, options: { signal }, now: context.now(), nodeName, shownName: nodeName }
}

export const networkPast = (context: ApiContext, name: string, options: HandleOptions): NetworkPast | Problem => {
  const past = openPast(context, options)
  if (past instanceof Problem) return past
  const live = context.core.network(name)
  const network = past.reader.networkKey(name) ?? (live === undefined ? undefined : noKey)
  if (network === undefined) {
    return new Problem(
      'API_NETWORK_UNKNOWN',
      `No network "${name}" was ever seen; /api/v1/history/networks lists them.`,
    )
  }
  return {
    ...past,
    network,
    shownName: (key) => {
      const id = past.nodeName(key)
      return live?.column(id, 'name') ?? id
    },
    nodeKey: (id) =>
      past.reader.nodeKey(name, id) ??
      (live?.node(id) === undefined
        ? new Problem('API_NODE_UNKNOWN', `No node "${id}" was ever seen on "${name}".`)
        : noKey),
  }
}

/** Runs `use` on the history of a network, when there is a place for it. */
export const onPast = (
  context: ApiContext,
  name: string,
  options: HandleOptions,
  use: (past: NetworkPast) => Promise<unknown>,
): Promise<unknown> => asked(context, options, () => networkPast(context, name, options), use)

/** The same for what belongs to no network. */
export const onWholePast = (
  context: ApiContext,
  options: HandleOptions,
  use: (past: Past) => Promise<unknown>,
): Promise<unknown> => asked(context, options, () => openPast(context, options), use)

const asked = async <P extends Past>(
  context: ApiContext,
  options: HandleOptions,
  open: () => P | Problem,
  use: (past: P) => Promise<unknown>,
): Promise<unknown> => {
  // Anyone who asks for what is not there is told so without waiting for a place.
  const first = open()
  if (first instanceof Problem) return first
  using place = await context.gates.queries.enter(options.origin, options.signal)
  if (place === undefined) {
    return new Problem('API_HISTORY_BUSY', 'The history is asked too much at the moment; ask again in two seconds.')
  }
  const past = open()
  if (past instanceof Problem) return past
  try {
    return await use(past)
  } catch (error) {
    return problemOf(error)
  }
}

/** What a store could not do, as a problem; what is no fault of a store goes on as it is. */
export const problemOf = (error: unknown): Problem => {
  if (!(error instanceof StoreError)) throw error
  switch (error.code) {
    case 'STORE_QUERY_TIMEOUT':
      return new Problem('API_QUERY_TIMEOUT', 'It took longer than it may; ask for a shorter range or wider buckets.')
    case 'STORE_QUERY_MEMORY':
      return new Problem('API_QUERY_TOO_LARGE', 'It needs more memory than it may take; ask for a shorter range.')
    case 'STORE_QUERY_INVALID':
      return new Problem('API_PARAMETER_INVALID', error.message)
    // Nobody reads this: the client has left, or the server is going down.
    case 'STORE_QUERY_CANCELLED':
    case 'STORE_BUSY':
      return new Problem('API_HISTORY_BUSY', 'The history has too much to do; ask again in two seconds.')
    case 'STORE_CLOSED':
    case 'STORE_IN_USE':
    case 'STORE_DISK_FULL':
    case 'STORE_IO':
    case 'STORE_CORRUPT':
    case 'STORE_FOREIGN':
    case 'STORE_TOO_NEW':
    case 'STORE_UNUSABLE':
      return new Problem('API_HISTORY_UNAVAILABLE', `The store cannot be read (${error.code}); the log has the reason.`)
    case 'STORE_BACKUP_TARGET':
    case 'STORE_BACKUP_INVALID':
    case 'STORE_FAILED':
      throw error
  }
}
