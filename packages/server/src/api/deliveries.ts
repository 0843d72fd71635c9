/** How complete what agents deliver is. */
import { setImmediate } from 'node:timers/promises'
import { shedClasses } from '@netstats/protocol'
import { z } from 'zod'
import type { Completeness, DeliveryTracker } from '../delivery/delivery-model.ts'
import { endpoint, integer, name } from './endpoint.ts'
import type { Endpoint, HandleOptions } from './endpoint.ts'
import { readCursor, writeCursor } from './history/cursor.ts'
import { cursorProblem, isWhole, next, nextLink, scopeOf } from './history/paging.ts'
import { cursor, yesOrNo } from './history/parameters.ts'
import { Problem } from '../net/problem.ts'
import { named, number, time } from './live-schemas.ts'

const maxPage = 1000
const presetPage = 100
/** Enough to tell the spools of an agent apart; anyone who knows all of it could go on in its place where names are free. */
const shownSpool = 8

const delivery = named(
  'Delivery',
  'How far an agent has come with what it tells of a node out of one spool, since the server first heard of that.',
  z.object({
    agent: z.string(),
    network: z.string(),
    node: z.string(),
    spool: z.string().describe('First digits of the id of its spool.'),
    open: z.boolean().describe('Whether the agent is connected.'),
    durable: z.number().describe('Sequence up to which everything is stored.'),
    applied: z.number().describe('Sequence up to which everything is shown.'),
    received: z.number().describe('Observations taken, each once.'),
    duplicates: z.number().describe('Observations that came again and were dropped.'),
    missing: z.number().describe('Observations that the agent says it had to give up.'),
    missed: z
      .array(z.object({ class: z.enum(shedClasses), reason: z.string(), dropped: z.number() }))
      .describe('What makes them up.'),
    missingRanges: z
      .number()
      .describe('Observations at least in ranges that this server had acknowledged and does not have.'),
    elsewhere: z.number().describe('Observations the agent had released before this server heard of its spool.'),
    firstAt: time,
    lastAt: time.nullable().describe('When its newest batch came, Unix milliseconds.'),
    lagMs: number.describe('How old the newest observation was when it came.'),
    offsetMs: number.describe("How far the agent's clock is behind the server's."),
    errorMs: number.describe('By how much that may be wrong.'),
  }),
)

const shown = (one: Completeness): z.output<typeof delivery> => ({
  agent: one.agent,
  network: one.network,
  node: one.node,
  spool: one.spool.slice(0, shownSpool),
  open: one.open,
  durable: one.durable,
  applied: one.applied,
  received: one.received,
  duplicates: one.duplicates,
  missing: one.missing.reduce((sum, { dropped }) => sum + dropped, 0),
  missed: [...one.missing],
  missingRanges: one.missingRanges,
  elsewhere: one.elsewhere,
  firstAt: one.firstAt,
  lastAt: one.lastAt,
  lagMs: one.lagMs,
  offsetMs: one.offsetMs,
  errorMs: one.errorMs,
})

const path = '/deliveries'

interface Search {
  readonly network: string | undefined
  readonly text: string
  readonly incomplete: boolean
}

/** Looked at between two breaks. */
const streamsAPiece = 500

const fits = ({ text, incomplete }: Search, one: Completeness): boolean =>
  (!incomplete || one.missingRanges > 0 || one.missing.some(({ dropped }) => dropped > 0)) &&
  (text === '' || one.agent.toLowerCase().includes(text) || one.node.toLowerCase().includes(text))

/** The first `limit` streams behind `after` that are searched for, in pieces of work: there may be tens of thousands. */
const find = async (
  deliveries: Pick<DeliveryTracker, 'list'>,
  search: Search,
  { after, limit }: { readonly after: number; readonly limit: number },
  { signal, spend }: HandleOptions,
): Promise<readonly Completeness[]> => {
  const found: Completeness[] = []
  const { network } = search
  for (let from = after; ; await setImmediate(undefined, { signal })) {
    const piece = spend(() =>
      deliveries.list({ after: from, limit: streamsAPiece, ...(network !== undefined && { network }) }),
    )
    for (const one of piece) if (found.length < limit && fits(search, one)) found.push(one)
    const last = piece.at(-1)
    if (last === undefined || piece.length < streamsAPiece || found.length >= limit) return found
    from = last.number
  }
}

export const deliveryEndpoints: readonly Endpoint[] = [
  endpoint({
    id: 'listDeliveries',
    role: 'viewer',
    summary: 'How complete what each agent delivers is: received, repeated, missing, and why.',
    path,
    params: z.object({}),
    query: z.strictObject({
      network: name.optional().describe('Only of nodes of this network.'),
      text: z
        .string()
        .max(200)
        .optional()
        .describe('Only streams whose agent or node has it in its name, whatever the case.'),
      incomplete: yesOrNo('Only streams that miss something; false by default.'),
      limit: integer(1, maxPage, 'Streams to give at most; 100 by default.').optional(),
      cursor,
    }),
    response: named(
      'Deliveries',
      'Streams of acknowledged observations, in the order they were first heard of.',
      z.object({
        durable: z.boolean().describe('Whether an acknowledgement means that it is stored; else that it is shown.'),
        total: z.number().describe('Streams of all networks.'),
        limit: z.number(),
        deliveries: z.array(delivery),
        next,
      }),
    ),
    heavy: true,
    async handle({ deliveries }, _, asked, options) {
      if (deliveries === undefined) return new Problem('API_ROUTE_UNKNOWN', 'This server takes no deliveries.')
      const { network, limit = presetPage, text = '', incomplete = false } = asked
      const scope = scopeOf('listDeliveries', path, asked)
      const [after = 0] = asked.cursor === undefined ? [] : (readCursor(scope, asked.cursor) ?? [''])
      if (!isWhole(after)) return cursorProblem()
      // One more than wanted tells whether there is another page.
      const search = { network, text: text.toLowerCase(), incomplete }
      const found = await find(deliveries, search, { after, limit: limit + 1 }, options)
      const last = found.length > limit ? found[limit - 1] : undefined
      return {
        durable: deliveries.durable,
        total: deliveries.counts.streams,
        limit,
        deliveries: found.slice(0, limit).map(shown),
        next: last === undefined ? null : nextLink(path, asked, writeCursor(scope, [last.number])),
      }
    },
  }),
]
