/** Lists of what happened. */
import { alarmOrigins } from '@netstats/store'
import { z } from 'zod'
import { name } from '../endpoint.ts'
import type { Endpoint } from '../endpoint.ts'
import { Problem } from '../../net/problem.ts'
import type { NetworkPast, Past } from './past.ts'
import { networkList, serverList } from './list.ts'
import type { RangePage } from './list.ts'
import { yesOrNo } from './parameters.ts'
import { alarmRow, gapRow, reorgRow, shedRow } from './history-schemas.ts'

const ofNode = name.optional().describe('Only of this node.')

/** Adds the node's key to a question; a problem where nobody ever knew the node. */
export const withNode = async <R>(
  past: NetworkPast,
  query: RangePage,
  node: string | undefined,
  ask: (query: RangePage & { readonly network: number; readonly node?: number }) => Promise<R>,
): Promise<R | Problem> => {
  if (node === undefined) return ask({ ...query, network: past.network })
  const key = past.nodeKey(node)
  return key instanceof Problem ? key : ask({ ...query, network: past.network, node: key })
}

/** Without the fields that are not set, as exact optional properties want it. */
const given = <T extends object>(fields: T): { [K in keyof T]?: Exclude<T[K], undefined> } =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as never

const nodeOf = ({ nodeName, shownName }: Pick<Past, 'nodeName' | 'shownName'>, node: number | null) =>
  node === null ? { node, name: null } : { node: nodeName(node), name: shownName(node) }

export const eventEndpoints: readonly Endpoint[] = [
  networkList({
    id: 'listHistoryAlarms',
    summary: 'Steps in the lives of alarms, newest first.',
    path: '/history/alarms',
    key: 'alarms',
    filter: {
      open: yesOrNo('`true`: only alarms that are not cleared, each with its newest step; `false` is as without.'),
      type: name.optional().describe('Only of this type, such as `node-inactive`.'),
      origin: z
        .enum(alarmOrigins)
        .optional()
        .describe('Only what the server itself found (`server`), or what agents say (`node`).'),
      node: ofNode,
    },
    row: alarmRow,
    ask: (past, query, { node, ...filter }) =>
      withNode(past, query, node, (asked) => past.store.alarms({ ...asked, ...given(filter) }, past.options)),
    show: ({ at, node, origin, alarm, step, severity, type, message }, past) => ({
      at,
      ...nodeOf(past, node),
      origin,
      alarm,
      step,
      severity,
      type,
      message,
    }),
  }),
  networkList({
    id: 'listHistoryReorgs',
    summary: 'When the head moved to another branch, newest first.',
    path: '/history/reorgs',
    key: 'reorgs',
    filter: {},
    row: reorgRow,
    ask: (past, query) => past.store.reorgs({ ...query, network: past.network }, past.options),
    show: ({ at, number, hash, depth }) => ({ at, number, hash, depth }),
  }),
  networkList({
    id: 'listHistoryGaps',
    summary: 'What reporters had to give up, newest first.',
    path: '/history/gaps',
    key: 'gaps',
    filter: { node: ofNode },
    row: gapRow,
    ask: (past, query, { node }) => withNode(past, query, node, (asked) => past.store.gaps(asked, past.options)),
    show: (row, past) => ({
      at: row.at,
      ...nodeOf(past, row.node),
      reason: row.reason,
      class: row.class,
      dropped: row.dropped,
      from: row.from,
      to: row.to,
    }),
  }),
  serverList({
    id: 'listHistorySheds',
    summary: 'What the server itself gave up, minute by minute, newest first.',
    path: '/history/sheds',
    key: 'sheds',
    filter: {},
    row: shedRow,
    ask: (past, query) => past.store.sheds(query, past.options),
    show: (row) => ({ at: row.at, class: row.class, reason: row.reason, dropped: row.dropped }),
  }),
]
