import type { Sink, SinkContext } from '@netstats/sdk'
import { formatListenAddress } from '@netstats/sdk/config'
import type { ListenAddress } from '@netstats/sdk/config'
import { createRareLog } from '@netstats/sdk/limits'
import type { PrometheusConfig } from './config.ts'
import { prometheusSamples } from './naming.ts'
import { openPageServer } from './page-server.ts'
import { createPage } from './page.ts'
import { openRemoteWrite } from './remote-write.ts'

export const openPrometheusSink = async (config: PrometheusConfig, context: SinkContext): Promise<Sink> => {
  const { listen, endpoint } = config
  if (endpoint !== undefined) return openRemoteWrite({ ...config, endpoint }, context)
  if (listen === undefined) throw new TypeError('neither listen nor endpoint')
  return openPageSink(config, listen, context)
}

export interface PageSink extends Sink {
  readonly address: ListenAddress
}

/** What is on the page is delivered: nobody says that it was scraped. */
export const openPageSink = async (
  { scrapeToken, maxSeries, staleAfter, prefix }: PrometheusConfig,
  listen: ListenAddress,
  context: SinkContext,
): Promise<PageSink> => {
  const { clock, log, status } = context
  const page = createPage({ maxSeries, staleAfterMs: staleAfter, now: () => clock.monotonic() })
  const news = createRareLog()
  const server = await openPageServer({
    listen,
    token: scrapeToken,
    render: (form) => page.render(form),
    onRequest: (code) => context.count('scrapes', { status: String(code) }),
  })
  log.info({ address: formatListenAddress(server.address) }, 'shows metrics to Prometheus at /metrics')
  return {
    address: server.address,
    async deliver({ items }, { signal }) {
      if (signal.aborted) return { status: 'retry', reason: 'called off' }
      let left = 0
      for (const item of items)
        for (const sample of prometheusSamples(item, context, prefix)) if (!page.take(sample)) left++
      context.count('series_left_out', {}, left)
      const reason = `more than ${maxSeries} series; raise maxSeries, or leave out nodes, kinds or labels`
      if (left === 0) status.ok()
      else {
        status.degraded(reason)
        const values = news.next('series', clock.monotonic())
        if (values !== undefined) log.warn({ series: page.size, batches: values }, reason)
      }
      return { status: 'delivered' }
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  }
}
