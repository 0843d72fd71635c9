import { reasonOf } from '@netstats/sdk'
import type { Refused, Sink, SinkContext, SpooledObservation } from '@netstats/sdk'
import { redactorOf, requestHeaders } from '@netstats/sdk/config'
import { compress } from 'snappyjs'
import { reporter } from '../../version.ts'
import { deliverHalves } from '../shared/halves.ts'
import { createHttpClient } from '../shared/http-client.ts'
import { exchangeHttp } from '../shared/http-outcome.ts'
import { requestSecrets } from '../shared/request-secrets.ts'
import { readTls } from '../shared/tls.ts'
import type { PrometheusConfig } from './config.ts'
import { prometheusSamples } from './naming.ts'
import { writeHeaders, writeRequest } from './write-request.ts'

/** Sends samples in the order of their series. One request at a time, so nothing overtakes. */
export const openRemoteWrite = async (
  config: PrometheusConfig & { readonly endpoint: string },
  context: SinkContext,
): Promise<Sink> => {
  const { endpoint: url, version, prefix } = config
  const client = createHttpClient(await readTls(config.tls))
  const own = requestHeaders(config)
  const redact = redactorOf(url, requestSecrets(config))
  const headers = { 'user-agent': reporter, ...own, ...writeHeaders[version], 'content-encoding': 'snappy' }
  const closed = new AbortController()

  const post = async (items: readonly SpooledObservation[], signal: AbortSignal) => {
    const samples = items.flatMap((item) => prometheusSamples(item, context, prefix))
    if (samples.length === 0) return { status: 'delivered' } as const
    const { bytes, count } = writeRequest(samples, version)
    const body = Buffer.from(compress(bytes))
    context.count('requests')
    const asked = { signal, redact, now: () => context.clock.now() }
    const { outcome, answer } = await exchangeHttp(client, { url, headers, body }, asked)
    if (outcome.status === 'rejected' && answer?.status === 415)
      return { status: 'retry', reason: `${outcome.reason}; it speaks no remote-write ${version}` } as const
    if (outcome.status !== 'delivered' || answer === undefined) return outcome
    return { ...outcome, refused: missingOf(answer.headers, count, items.length) } as const
  }

  return {
    async deliver(batch, { signal }) {
      const until = AbortSignal.any([signal, closed.signal])
      if (until.aborted) return { status: 'retry', reason: reasonOf(until.reason) }
      // A sample that is too late, or another one of its time, makes Prometheus refuse the whole request.
      const outcome = await deliverHalves(batch.items, (items) => post(items, until))
      if (outcome.status === 'retry') return outcome
      context.status.ok()
      const { refused } = outcome
      return refused?.observations === batch.items.length ? { status: 'rejected', reason: refused.reason } : outcome
    },
    async [Symbol.asyncDispose]() {
      closed.abort(new Error('closed'))
      await client[Symbol.asyncDispose]()
    },
  }
}

/** A receiver of 2.0 says how many samples it wrote. */
const missingOf = (
  headers: Readonly<Record<string, string | readonly string[] | undefined>>,
  sent: number,
  items: number,
): Refused | undefined => {
  const said = headers['x-prometheus-remote-write-samples-written']
  const written = typeof said === 'string' && /^\d{1,15}$/.test(said) ? Number(said) : sent
  if (written >= sent) return undefined
  return {
    observations: Math.min(items, sent - written),
    reason: `${sent - written} of ${sent} samples were not written`,
  }
}
