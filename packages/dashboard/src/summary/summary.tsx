import type { NetworkSummary } from '@netstats/protocol/feed'
import type { ComponentChildren } from 'preact'
import { weiAmount } from '../format/chain.ts'
import { count, decimal, percent, plural, share } from '../format/numbers.ts'
import { duration } from '../format/time.ts'
import { writeRoute } from '../router/routes.ts'
import { conditionWords, type Part, populationOf } from '../state/condition.ts'
import type { Sealers } from '../state/sealers.ts'
import { Numerals } from '../ui/strokes.tsx'
import { Sealer } from '../ui/values.tsx'
import { BeatGauge } from './beat.tsx'

/** From here on the delay is marked. */
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
          <Fact label="half" title="Median delay of a report after the first report of its block, newest blocks">
            {duration(summary.propagation.p50Ms)}
          </Fact>
          <Fact label="95 %" tone={(summary.propagation.p95Ms ?? 0) >= slowP95Ms ? 'warn' : undefined}>
            {duration(summary.propagation.p95Ms)}
          </Fact>
          <Fact label="99 %">{duration(summary.propagation.p99Ms)}</Fact>
          <Fact label="latency" title="Mean of the latency that nodes report">
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
          <Fact label="reorgs" title="Branches that nodes left for others">
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
          {head.firstNode ? <>first seen by {head.firstNode}</> : <>requested afterwards</>}
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

interface FactProps {
  readonly label: string
  readonly title?: string
  readonly tone?: 'warn' | 'bad' | undefined
  readonly children: ComponentChildren
}

/** A number and what it is. */
function Fact({ label, title, tone, children }: FactProps) {
  return (
    <div class={tone ? `fact is-${tone}` : 'fact'} title={title}>
      <dt>{label}</dt>
      <dd>{children}</dd>
    </div>
  )
}

function FactGroup({ name, children }: { readonly name: string; readonly children: ComponentChildren }) {
  return (
    <section class="facts" aria-label={name}>
      <h3>{name}</h3>
      {children}
    </section>
  )
}

/** Up to this many nodes are drawn one by one. */
const single = 60

/** All nodes in one bar, split by condition; each part has a texture of its own besides its tone. */
export function PopulationBar({ parts }: { readonly parts: readonly Part[] }) {
  const all = parts.reduce((sum, part) => sum + part.count, 0)
  const text = parts.map((p) => `${count(p.count)} ${conditionWords[p.condition]}`).join(', ')
  if (all > 0 && all <= single) {
    return (
      <div class="population is-single" role="img" aria-label={text} title={text}>
        {parts.flatMap((p) =>
          Array.from({ length: p.count }, (_, i) => <i key={`${p.condition}${i}`} class={`part is-${p.condition}`} />),
        )}
      </div>
    )
  }
  return (
    <div class="population" role="img" aria-label={text} title={text}>
      {parts.map((p) => (
        <i key={p.condition} class={`part is-${p.condition}`} style={{ flexGrow: p.count }} />
      ))}
    </div>
  )
}
