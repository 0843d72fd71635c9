/** When nodes were active, and how much of the time. */
import type { Range, RowOf, Tables } from '@netstats/store'
import { name } from '../endpoint.ts'
import type { Endpoint } from '../endpoint.ts'
import { Problem } from '../../net/problem.ts'
import type { NetworkPast } from './past.ts'
import { withNode } from './events.ts'
import { networkList } from './list.ts'
import { availability, stateRow } from './history-schemas.ts'

type StateRow = RowOf<Tables['nodeState']>
interface Availability {
  readonly observedMs: number
  readonly activeMs: number
  readonly share: number | null
}

/** The first row within the range is looked for in so many pages; a node that changes more often has no share. */
const searchPages = 20
const searchPage = 1000

const newestIn = async (past: NetworkPast, node: number, range: Range): Promise<StateRow | undefined> =>
  (await past.store.nodeStates({ network: past.network, node, range, limit: 1 }, past.options))[0]

/** Time of the oldest row within; null where there are too many to look through. */
const oldestIn = async (past: NetworkPast, node: number, range: Range): Promise<number | undefined | null> => {
  let after: { readonly at: number; readonly seq: number } | undefined
  for (let page = 0; page < searchPages; page++) {
    const rows = await past.store.nodeStates(
      { network: past.network, node, range, limit: searchPage, ...(after === undefined ? {} : { after }) },
      past.options,
    )
    const last = rows.at(-1)
    if (rows.length < searchPage) return last?.at ?? after?.at
    after = last
  }
  return null
}

/** Rows carry the total since first sight: the share of a range is the difference of two totals. */
const activeUntil = (row: StateRow | undefined, at: number): number =>
  row === undefined ? 0 : row.activeMs + (row.state === 'active' ? at - row.at : 0)

const availabilityOf = async (
  past: NetworkPast,
  node: number,
  range: Range,
  now: number,
): Promise<Availability | null> => {
  const to = Math.min(range.to, now)
  if (to <= range.from) return { observedMs: 0, activeMs: 0, share: null }
  const [before, last] = await Promise.all([
    newestIn(past, node, { from: 0, to: range.from }),
    newestIn(past, node, { from: 0, to }),
  ])
  const begin = before === undefined ? await oldestIn(past, node, { from: range.from, to }) : range.from
  if (begin === null) return null
  if (begin === undefined) return { observedMs: 0, activeMs: 0, share: null }
  const observedMs = to - begin
  // Totals were counted by a clock that may have been set: what comes out stays within what is possible.
  const activeMs = Math.min(observedMs, Math.max(0, activeUntil(last, to) - activeUntil(before, begin)))
  return { observedMs, activeMs, share: observedMs === 0 ? null : activeMs / observedMs }
}

export const stateEndpoint: Endpoint = networkList({
  id: 'listHistoryStates',
  summary: 'When nodes became active or inactive, newest first; with the share of the time for one node.',
  path: '/history/states',
  key: 'states',
  filter: { node: name.optional().describe('Only of this node; its availability is worked out then.') },
  row: stateRow,
  more: {
    shape: { availability },
    async ask(past, range, { node }) {
      if (node === undefined) return { availability: null }
      const key = past.nodeKey(node)
      return key instanceof Problem ? key : { availability: await availabilityOf(past, key, range, past.now) }
    },
  },
  ask: (past, query, { node }) => withNode(past, query, node, (asked) => past.store.nodeStates(asked, past.options)),
  show: (row, past) => ({
    at: row.at,
    node: past.nodeName(row.node),
    state: row.state,
    reason: row.reason,
    sessions: row.sessions,
    activeMs: row.activeMs,
  }),
})
