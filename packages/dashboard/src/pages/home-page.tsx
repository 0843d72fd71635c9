import type { NetworkSummary } from '@netstats/protocol/feed'
import { useEffect } from 'preact/hooks'
import { useTopic } from '../feed/topics.ts'
import { count, decimal } from '../format/numbers.ts'
import { duration } from '../format/time.ts'
import { onlyNetwork } from '../router/location.ts'
import { writeRoute } from '../router/routes.ts'
import { BeatGauge } from '../summary/beat-gauge.tsx'
import { PopulationBar } from '../summary/population-bar.tsx'
import { populationOf } from '../summary/population.ts'
import { Numerals } from '../ui/numerals.tsx'
import { SeriesStrip } from '../ui/series-strip.tsx'
import { EmptyPage } from './empty-page.tsx'
import { NetworkPage } from './network-page.tsx'
import { Waiting } from './message.tsx'
import { useTitle } from './use-title.ts'

/** The only network, the list of several, or how to connect the first node. */
export function HomePage() {
  const networks = useTopic({ topic: 'networks' }).value.data?.networks
  const only = networks?.length === 1 ? networks[0] : undefined
  const key = only?.key
  useEffect(() => {
    onlyNetwork.value = key
    return () => {
      onlyNetwork.value = undefined
    }
  }, [key])
  if (!networks) return <Waiting what="the networks" />
  if (only) return <NetworkPage key={only.key} network={only.key} />
  return networks.length === 0 ? <EmptyPage /> : <NetworkList networks={networks} />
}

function NetworkList({ networks }: { readonly networks: readonly NetworkSummary[] }) {
  useTitle('')
  return (
    <section class="networks">
      <h1>{count(networks.length)} networks</h1>
      <ul>
        {networks.map((network) => (
          <li key={network.key}>
            <a href={writeRoute({ page: 'network', network: network.key })}>
              <h2>
                <span class="label">network</span> {network.key}
              </h2>
              <Numerals value={network.head?.number ?? null} label="Head block" />
              <BeatGauge
                at={network.head ? (network.head.arrivedAt ?? network.head.timestamp) : null}
                blockTimeMs={network.blockTimeMs}
              />
              <SeriesStrip values={network.series.gasUsed} limits={network.series.gasLimit} />
              <p>
                {count(network.active)} of {count(network.nodes)} nodes active
              </p>
              <PopulationBar parts={populationOf(network)} />
              <p class="faint">
                {duration(network.blockTimeMs)} block time · {decimal(network.transactionsPerSecond, 1)} txs per second
                · 95 % within {duration(network.propagation.p95Ms)}
              </p>
            </a>
          </li>
        ))}
      </ul>
    </section>
  )
}
