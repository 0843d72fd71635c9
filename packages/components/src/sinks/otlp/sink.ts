import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import { reasonOf } from '@netstats/sdk'
import type { Batch, Delivery, Mapping, Sink, SinkContext, SpooledObservation } from '@netstats/sdk'
import { redactorOf, requestHeaders } from '@netstats/sdk/config'
import { reporter } from '../../version.ts'
import { deliverHalves } from '../shared/halves.ts'
import { createHttpClient } from '../shared/http-client.ts'
import { exchangeHttp } from '../shared/http-outcome.ts'
import { requestSecrets } from '../shared/request-secrets.ts'
import { readTls } from '../shared/tls.ts'
import type { OtlpConfig } from './config.ts'
import { logsAsJson, logsAsProtobuf, metricsAsJson, metricsAsProtobuf } from './encode.ts'
import type { Envelope } from './encode.ts'
import { logsOf, metricsOf } from './model.ts'
import { partialOf } from './partial.ts'

const compressed = promisify(gzip)
const version = reporter.slice(reporter.indexOf('/') + 1)

/** What the specification lets a client send again. */
const retryable = new Set([429, 502, 503, 504])

type Signal = 'metrics' | 'logs'

interface Encoding {
  readonly batch: Batch
  readonly isJson: boolean
  readonly envelope: Envelope
  readonly mapping: Mapping
}

/** The body of a request; undefined where there is nothing of the sort. */
const encoded = (
  kind: Signal,
  items: readonly SpooledObservation[],
  { batch, isJson, envelope, mapping }: Encoding,
): Uint8Array | string | undefined => {
  if (kind === 'metrics') {
    const metrics = metricsOf(items, mapping)
    if (metrics.length === 0) return undefined
    return isJson ? metricsAsJson(metrics, envelope) : metricsAsProtobuf(metrics, envelope)
  }
  const logs = logsOf(items, mapping, batch)
  if (logs.length === 0) return undefined
  return isJson ? logsAsJson(logs, envelope) : logsAsProtobuf(logs, envelope)
}

export const openOtlpSink = async (config: OtlpConfig, context: SinkContext): Promise<Sink> => {
  const client = createHttpClient(await readTls(config.tls))
  const own = requestHeaders(config)
  const redact = redactorOf(config.endpoint, requestSecrets(config))
  const closed = new AbortController()
  const isJson = config.encoding === 'json'
  const headers = {
    'user-agent': reporter,
    ...own,
    'content-type': isJson ? 'application/json' : 'application/x-protobuf',
    ...(config.compression === 'gzip' ? { 'content-encoding': 'gzip' } : {}),
  }
  const envelope: Envelope = {
    version,
    resource: Object.entries({ 'service.name': 'netstats', 'service.version': version, ...config.resource }),
  }
  /** How far each is settled: a batch that comes again, because the other failed, is not sent twice. */
  const settled: Record<Signal, number> = { metrics: 0, logs: 0 }

  const post = async (kind: Signal, items: readonly SpooledObservation[], batch: Batch, signal: AbortSignal) => {
    const plain = encoded(kind, items, { batch, isJson, envelope, mapping: context })
    if (plain === undefined) return { status: 'delivered' } as const
    const body = config.compression === 'gzip' ? await compressed(plain) : Buffer.from(plain)
    const url = `${config.endpoint.replace(/\/+$/, '')}/v1/${kind}`
    context.count('requests', { signal: kind })
    const now = (): number => context.clock.now()
    const { outcome, answer } = await exchangeHttp(client, { url, headers, body }, { signal, redact, now })
    if (outcome.status === 'delivered' && answer !== undefined) {
      const { rejected, reason } = partialOf(String(answer.headers['content-type']), answer.bytes ?? Buffer.alloc(0))
      if (rejected === 0) return outcome
      const words = redact(reason).slice(0, 300) || 'partial success'
      return { ...outcome, refused: { observations: Math.min(rejected, items.length), reason: words } } as const
    }
    const code = answer?.status ?? 0
    // Other errors of a server are not to be sent again (OTLP 1, failures); what is wrong with login and address is put right there.
    if (outcome.status === 'retry' && code >= 500 && !retryable.has(code))
      return { status: 'rejected', reason: outcome.reason } as const
    return outcome
  }

  const deliver = async (batch: Batch, signal: AbortSignal): Promise<Delivery> => {
    let refused = 0
    let reason = ''
    for (const kind of ['metrics', 'logs'] as const) {
      const items = batch.items.filter(({ sequence }) => sequence > settled[kind])
      if (items.length === 0) continue
      const outcome = await deliverHalves(items, (some) => post(kind, some, batch, signal))
      refused += outcome.refused?.observations ?? 0
      reason = outcome.refused?.reason ?? reason
      const told = refused === 0 ? undefined : { observations: refused, reason }
      if (outcome.status === 'retry') {
        if (outcome.through !== undefined) settled[kind] = outcome.through
        return { status: 'retry', reason: outcome.reason, afterMs: outcome.afterMs, refused: told }
      }
      settled[kind] = batch.last
    }
    context.status.ok()
    if (refused >= batch.items.length) return { status: 'rejected', reason }
    return { status: 'delivered', refused: refused === 0 ? undefined : { observations: refused, reason } }
  }

  return {
    async deliver(batch, { signal }) {
      const until = AbortSignal.any([signal, closed.signal])
      if (until.aborted) return { status: 'retry', reason: reasonOf(until.reason) }
      return deliver(batch, until)
    },
    async [Symbol.asyncDispose]() {
      closed.abort(new Error('closed'))
      await client[Symbol.asyncDispose]()
    },
  }
}
