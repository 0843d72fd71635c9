import type { NetworkSummary } from '@netstats/protocol/feed'
import { weiAmount } from '../format/chain.ts'
import { count, decimal, percent, plural, share } from '../format/numbers.ts'
import { duration } from '../format/time.ts'
import { writeRoute } from '../router/routes.ts'
import type { Sealers } from '../state/sealers.ts'
import { Numerals } from '../ui/numerals.tsx'
import { Sealer } from '../ui/sealer.tsx'
import { BeatGauge } from './beat-gauge.tsx'
import { Fact, FactGroup } from './fact.tsx'
import { PopulationBar } from './population-bar.tsx'
import { populationOf } from './population.ts'

/** Latency and the like that no network should have; from here on the number is marked. */
const slowP95Ms = 2000

interface Props {
  readonly summary: NetworkSummary
  readonly sealers: Sealers
}

export function Summary({ summary, sealers }: Props) {
  return (
    <section class="summary" aria-label="Network at a glance">
      <Head summary={summary} sealers={sealers} />
      <Nodes summary={summary} />
      <FactGroup name="Propagation">
        <dl>
          <Fact label="half" title="Median delay of a report behind the first sight of its block, newest blocks">
            {duration(summary.propagation.p50Ms)}
          </Fact>
          <Fact label="95 %" tone={(summary.propagation.p95Ms ?? 0) >= slowP95Ms ? 'warn' : undefined}>
            {duration(summary.propagation.p95Ms)}
          </Fact>
          <Fact label="99 %">{duration(summary.propagation.p99Ms)}</Fact>
          <Fact label="latency" title="Mean of what the nodes say of their latency">
            {duration(summary.latencyMs)}
          </Fact>
        </dl>
      </FactGroup>
      <FactGroup name="Chain">
        <dl>
          <Fact label="block time" title="Mean over the newest 60 blocks, by header">
            {duration(summary.blockTimeMs)}
          </Fact>
          <Fact label="txs per second">{decimal(summary.transactionsPerSecond, 1)}</Fact>
          <Fact label="gas used" title="Share of the gas limit over the newest blocks">
            {share(summary.gasUsedShare)}
          </Fact>
          <Fact label="pending txs">{count(summary.pending)}</Fact>
          <Fact label="gas price">{weiAmount(summary.gasPrice)}</Fact>
        </dl>
      </FactGroup>
      <FactGroup name="Irregular">
        <dl>
          <Fact label="forks" title="Since the server started">
            {count(summary.forks)}
          </Fact>
          <Fact label="reorgs" title="Since the server started">
            {count(summary.reorgs)}
          </Fact>
          <Fact
            label="deepest"
            tone={summary.deepestReorg >= 3 ? 'warn' : undefined}
            title="Depth of the deepest reorg"
          >
            {count(summary.deepestReorg)}
          </Fact>
          <Fact label="uncles">{count(summary.uncles)}</Fact>
        </dl>
      </FactGroup>
    </section>
  )
}

function Head({ summary, sealers }: Props) {
  const { head } = summary
  return (
    <div class="head">
      <h2 class="label">Head</h2>
      <a
        class="head-number"
        href={writeRoute(
          head ? { page: 'block', network: summary.key, hash: head.hash } : { page: 'network', network: summary.key },
        )}
      >
        <Numerals value={head?.number ?? null} label="Head block" />
      </a>
      <BeatGauge at={head ? (head.arrivedAt ?? head.timestamp) : null} blockTimeMs={summary.blockTimeMs} />
      {head && (
        <p class="head-note" title={head.firstNode ? `first seen by ${head.firstNode}` : undefined}>
          sealed by <Sealer address={head.miner} sealers={sealers} /> · {plural(head.transactions, 'tx', 'txs')} ·{' '}
          {head.firstNode ? <>first seen by {head.firstNode}</> : <>asked for afterwards</>}
        </p>
      )}
    </div>
  )
}

function Nodes({ summary }: { readonly summary: NetworkSummary }) {
  const inactive = summary.nodes - summary.active
  return (
    <FactGroup name="Nodes">
      <p class="nodes-count">
        <b>{count(summary.active)}</b> of {count(summary.nodes)} active
      </p>
      <PopulationBar parts={populationOf(summary)} />
      <dl>
        <Fact label="at the head">{count(summary.atHead)}</Fact>
        <Fact label="behind" tone={summary.behind > 0 ? 'warn' : undefined} title="At least two blocks behind the head">
          {count(summary.behind)}
        </Fact>
        <Fact label="syncing">{count(summary.syncing)}</Fact>
        <Fact label="inactive" tone={inactive > 0 ? 'bad' : undefined}>
          {count(inactive)}
        </Fact>
        <Fact label="uptime" title="Mean share of the time in which nodes were active, measured by the server">
          {percent(summary.uptime)}
        </Fact>
      </dl>
    </FactGroup>
  )
}
