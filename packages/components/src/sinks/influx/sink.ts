import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import type { Delivery, Refused, Sink, SinkContext, SpooledObservation } from '@netstats/sdk'
import { redactorOf, requestHeaders } from '@netstats/sdk/config'
import { createHttpClient } from '../shared/http-client.ts'
import { sendHttp } from '../shared/http-outcome.ts'
import { readTls } from '../shared/tls.ts'
import type { InfluxConfig } from './config.ts'
import { createRenderer } from './render.ts'

const compressed = promisify(gzip)

/** Where lines are written to. */
export const writeUrl = ({ endpoint, bucket, org, database, retentionPolicy }: InfluxConfig): string => {
  const url = new URL(endpoint)
  url.pathname = `${url.pathname.replace(/\/+$/, '')}${bucket === undefined ? '/write' : '/api/v2/write'}`
  const query = bucket === undefined ? { db: database, rp: retentionPolicy } : { bucket, org }
  for (const [key, value] of Object.entries(query)) if (value !== undefined) url.searchParams.set(key, value)
  url.searchParams.set('precision', 'ns')
  return url.href
}

/** Of a partial write InfluxDB says how many it did not take; the others it has. */
const droppedOf = (reason: string): number | undefined => {
  const said = /partial write.*dropped=(\d+)/s.exec(reason)?.[1]
  return said === undefined ? undefined : Number(said)
}

export const openInfluxSink = async (config: InfluxConfig, context: SinkContext): Promise<Sink> => {
  const render = createRenderer(context)
  const client = createHttpClient(await readTls(config.tls))
  const url = writeUrl(config)
  const token = config.token?.reveal()
  const own = requestHeaders(config)
  const headers = {
    'user-agent': 'netstats',
    ...own,
    ...(token === undefined ? {} : { authorization: `Token ${token}` }),
    'content-type': 'text/plain; charset=utf-8',
    'content-encoding': 'gzip',
  }
  const hidden = [token, ...Object.values(own)].filter((one) => one !== undefined)
  // Buckets and databases are no secrets, what is in the address of a proxy may be.
  const redact = redactorOf(config.endpoint, hidden)
  const closed = new AbortController()

  /**
   * Writes them, and where the peer refuses the whole without a number, in halves, until those it does not take are found.
   * The same points written again replace themselves.
   */
  const write = async (items: readonly SpooledObservation[], signal: AbortSignal): Promise<Delivery> => {
    const lines = items.flatMap((item) => render(item))
    if (lines.length === 0) return { status: 'delivered' }
    const body = await compressed(lines.join('\n'))
    context.count('requests')
    const outcome = await sendHttp(client, { url, headers, body }, { signal, redact, now: () => context.clock.now() })
    if (outcome.status !== 'rejected') return outcome
    const { reason } = outcome
    const dropped = droppedOf(reason)
    if (dropped !== undefined)
      return { status: 'delivered', refused: { observations: Math.min(dropped, items.length), reason } }
    if (items.length === 1) return { status: 'rejected', reason }
    return writeHalves(items, signal)
  }

  const writeHalves = async (items: readonly SpooledObservation[], signal: AbortSignal): Promise<Delivery> => {
    const middle = Math.ceil(items.length / 2)
    const first = items.slice(0, middle)
    const one = await write(first, signal)
    if (one.status === 'retry') return one
    const refused = refusedOf(one, first.length)
    const other = await write(items.slice(middle), signal)
    if (other.status === 'retry')
      return { ...other, through: other.through ?? first.at(-1)?.sequence, refused: sum(refused, other.refused) }
    return { status: 'delivered', refused: sum(refused, refusedOf(other, items.length - middle)) }
  }

  return {
    async deliver(batch, { signal }) {
      const delivery = await write(batch.items, AbortSignal.any([signal, closed.signal]))
      const { refused } = delivery.status === 'delivered' ? delivery : { refused: undefined }
      return refused?.observations === batch.items.length ? { status: 'rejected', reason: refused.reason } : delivery
    },
    [Symbol.asyncDispose]: async () => {
      closed.abort(new Error('closed'))
      await client[Symbol.asyncDispose]()
    },
  }
}

const refusedOf = (
  delivery: Exclude<Delivery, { readonly status: 'retry' }>,
  observations: number,
): Refused | undefined =>
  delivery.status === 'rejected' ? { observations, reason: delivery.reason } : delivery.refused

const sum = (one: Refused | undefined, other: Refused | undefined): Refused | undefined =>
  one === undefined || other === undefined
    ? (one ?? other)
    : { observations: one.observations + other.observations, reason: other.reason }
