import type { NetworkSummary } from '@netstats/protocol/feed'
import { useEffect } from 'preact/hooks'
import { useTopic } from '../feed/topics.ts'
import { count, decimal } from '../format/numbers.ts'
import { duration } from '../format/time.ts'
import { below, serverAddress } from '../root.ts'
import { onlyNetwork } from '../router/location.ts'
import { writeRoute } from '../router/routes.ts'
import { populationOf } from '../state/condition.ts'
import { BeatGauge } from '../summary/beat.tsx'
import { PopulationBar } from '../summary/summary.tsx'
import { AgentCommand, Command } from '../ui/command.tsx'
import { SeriesStrip } from '../ui/strips.tsx'
import { Numerals } from '../ui/strokes.tsx'
import { useTitle } from './hooks.ts'
import { Waiting } from './message.tsx'
import { NetworkPage } from './network-page.tsx'

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
                {network.split && <b class="split-word">, split above block {count(network.split.number)}</b>}
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

/** No node has connected yet: how to connect one, ready to copy. */
function EmptyPage() {
  useTitle('Waiting for the first node')
  const { host } = serverAddress()
  return (
    <section class="empty">
      <svg class="empty-drawing" viewBox="0 0 600 60" aria-hidden="true">
        <path d="M0 50H600" />
        {Array.from({ length: 30 }, (_, i) => (
          <path key={i} class="empty-tick" d={`M${i * 20 + 10} 44V50`} />
        ))}
        <path class="empty-next" d="M590 12V50" />
      </svg>
      <h1>Waiting for the first node</h1>
      <p class="lead">
        This server is ready. A network appears here when its first node logs in, without a reload. <code>SECRET</code>{' '}
        is the secret of the server, the file <code>secret</code> holds it; create agents with a token of their own on
        the page <a href={below('/agents')}>agents</a>.
      </p>
      <h2>A netstats agent beside any Ethereum client</h2>
      <AgentCommand />
      <h2>geth, by its own reporter</h2>
      <Command text={`geth --ethstats my-node:SECRET@${host}`} />
      <h2>Besu</h2>
      <Command text={`besu --ethstats=my-node:SECRET@${host} \\\n  --ethstats-contact=me@example.org`} />
      <h2>Nothing shows up?</h2>
      <ul class="plain">
        <li>A node with a wrong secret is refused; the server logs its name and the reason.</li>
        <li>A node that still syncs is shown from its login on, before its first block.</li>
        <li>
          Refused logins, and the health of the server: <a href={below('/server')}>server</a>.
        </li>
      </ul>
    </section>
  )
}
