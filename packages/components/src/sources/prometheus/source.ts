import { unixMs } from '@netstats/protocol'
import type { Observation } from '@netstats/protocol'
import { reasonOf } from '@netstats/sdk'
import type { Source, SourceContext } from '@netstats/sdk'
import { requestHeaders } from '@netstats/sdk/config'
import { readTls } from '../../sinks/shared/tls.ts'
import { choose } from './choose.ts'
import type { Chosen } from './choose.ts'
import type { PrometheusConfig } from './config.ts'
import { fetchPage } from './fetch-page.ts'
import { readExposition } from './text.ts'

const dayMs = 86_400_000

/** Looks at a page of metrics. A series that is not on it any more has no more values, as the node has none when it is away. */
export const openPrometheusSource = async (config: PrometheusConfig, context: SourceContext): Promise<Source> => {
  const { clock, status } = context
  const { node, timeout, maxBytes } = config
  const url = new URL(config.endpoint)
  const tls = await readTls(config.tls)
  const headers = { ...loginIn(url), ...requestHeaders(config) }
  const labels = { endpoint: url.host.slice(0, 100) }
  const disposed = new AbortController()
  let before: ReadonlySet<string> = new Set()

  const look = async (signal: AbortSignal): Promise<readonly Chosen[]> => {
    const limit = AbortSignal.timeout(timeout)
    const page = await fetchPage(url, { headers, maxBytes, tls, signal: AbortSignal.any([signal, limit]) }).catch(
      (error: unknown) => {
        throw limit.aborted ? new Error(`it did not answer within ${timeout} ms`) : error
      },
    )
    const { series, malformed, isWhole } = readExposition(page.text, page.isOpenMetrics)
    if (!isWhole) throw new Error('its page was cut')
    if (series.length === 0) throw new Error(malformed > 0 ? 'its page has no metrics' : 'its page is empty')
    const { chosen, leftOut } = choose(series, config)
    if (malformed > 0) context.count('lines_malformed', {}, malformed)
    if (leftOut > 0) context.count('series_left_out', {}, leftOut)
    if (leftOut > 0) status.degraded(`${leftOut} series more than the ${config.maxSeries} that are kept`)
    else status.ok()
    return chosen
  }
  const own = (name: string, value: number): Chosen => ({ metric: { name: `prometheus.${name}`, value, labels } })

  /** What the page says, and what is said of the look itself. */
  const observe = async (signal: AbortSignal): Promise<readonly Chosen[] | undefined> => {
    const started = clock.monotonic()
    const seconds = (): number => (clock.monotonic() - started) / 1000
    try {
      const chosen = await look(signal)
      const now = new Set(chosen.map(({ metric }) => JSON.stringify([metric.name, metric.labels])))
      const gone = [...before].filter((one) => !now.has(one)).length
      before = now
      return [
        own('up', 1),
        own('scrapeSeconds', seconds()),
        own('series', now.size),
        own('seriesGone', gone),
        ...chosen,
      ]
    } catch (error) {
      if (signal.aborted) return undefined
      status.degraded(`${url.host} cannot be read: ${reasonOf(error)}`)
      context.count('looks_failed')
      return [own('up', 0), own('scrapeSeconds', seconds())]
    }
  }
  return {
    node,
    async *observe({ signal }) {
      const either = AbortSignal.any([signal, disposed.signal])
      for await (const _ of clock.every(config.interval, { signal: either })) {
        const seen = await observe(either)
        if (seen === undefined) return
        const now = clock.now()
        // A time far from now is not believed.
        const timeOf = (at: number | undefined) =>
          at === undefined || Math.abs(at - now) > dayMs ? now : unixMs(Math.min(at, now))
        yield seen.map(
          ({ metric, at }): Observation => ({ kind: 'metric', node, observedAt: timeOf(at), body: metric }),
        )
      }
    },
    [Symbol.asyncDispose]: async () => disposed.abort(),
  }
}

/** A login in the address is sent as a header, and is in no message. */
const loginIn = (url: URL): Readonly<Record<string, string>> => {
  if (url.username === '' && url.password === '') return {}
  const login = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`
  url.username = ''
  url.password = ''
  return { authorization: `Basic ${Buffer.from(login).toString('base64')}` }
}
