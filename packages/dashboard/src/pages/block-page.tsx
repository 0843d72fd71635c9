import type { BlockDetail } from '@netstats/protocol/feed'
import { useSignal } from '@preact/signals'
import { useTopic } from '../feed/topics.ts'
import { gasShare, weiAmount } from '../format/chain.ts'
import { bytes, count, share, unknown } from '../format/numbers.ts'
import { duration, instant } from '../format/time.ts'
import { Facts } from '../panels/panel.tsx'
import { pastAt } from '../past/moment.ts'
import { writeRoute } from '../router/routes.ts'
import type { Sealers } from '../state/sealers.ts'
import { Numerals } from '../ui/strokes.tsx'
import { Ago, Sealer } from '../ui/values.tsx'
import { DistributionCurve } from './distribution-curve.tsx'
import { useNetwork, useTitle } from './hooks.ts'
import { Message, NetworkFault, Waiting } from './message.tsx'

interface Props {
  readonly network: string
  readonly hash: string
}

export function BlockPage({ network, hash }: Props) {
  const { summary, fault, sealers } = useNetwork(network)
  const view = useTopic({ topic: 'block', network, hash }).value
  useTitle(view.data ? `Block ${count(view.data.number)}` : 'Block')
  if (fault && !summary) return <NetworkFault network={network} fault={fault} />
  if (view.fault && view.data === undefined && pastAt.value !== undefined)
    return <NetworkFault network={network} fault={view.fault} />
  if (view.data === null || (view.fault && !view.data)) {
    return (
      <Message title="No such block here">
        <p>
          <code class="hash is-whole">{hash}</code>
        </p>
        <p>
          {pastAt.value === undefined
            ? 'The live picture keeps the newest blocks only; this one is older, or of another network.'
            : 'At that moment it was not among the newest blocks of this network: it came later, or was long past.'}{' '}
          <a href={writeRoute({ page: 'network', network })}>The newest blocks</a>
        </p>
      </Message>
    )
  }
  if (!view.data) return <Waiting what="the block" />
  return <Block network={network} block={view.data} sealers={sealers} active={summary?.active ?? 0} />
}

interface BlockProps {
  readonly network: string
  readonly block: BlockDetail
  readonly sealers: Sealers
  readonly active: number
}

function Block({ network, block, sealers, active }: BlockProps) {
  const to = (hash: string): string => writeRoute({ page: 'block', network, hash })
  return (
    <article class="block-page">
      <header class="page-head">
        <h1>
          <span class="label">{block.canonical ? 'Block' : 'Block, not canonical'}</span>
          <Numerals value={block.number} label="Block" />
        </h1>
        <p>
          <span class="hash is-whole">{block.hash}</span>
        </p>
        <p>
          sealed by <Sealer address={block.miner} sealers={sealers} />, <Ago at={block.arrivedAt ?? block.timestamp} />{' '}
          ago
          {block.firstNode && <>, first seen by {block.firstNode}</>}
        </p>
      </header>
      <DistributionCurve block={block} active={active} />
      <div class="fact-columns">
        <Facts
          title="Block"
          facts={[
            ['Time', instant(block.timestamp)],
            ['After its parent', duration(block.blockTimeMs)],
            ['First seen', instant(block.arrivedAt)],
            ['Transactions', count(block.transactions)],
            ['Gas used', `${count(block.gasUsed)} (${share(gasShare(block))})`],
            ['Gas limit', count(block.gasLimit)],
            ['Base fee', weiAmount(block.baseFeePerGas)],
            ['Size', bytes(block.size)],
            ['Difficulty', block.difficulty ?? unknown],
            ['Uncles', count(block.uncles)],
          ]}
        />
        <Facts
          title="Lineage"
          facts={[
            [
              'Parent',
              <a class="hash is-whole" href={to(block.parentHash)}>
                {block.parentHash}
              </a>,
            ],
            ['On the chain of the head', block.canonical ? 'yes' : 'no'],
            [
              'Others at its height',
              block.siblings.length === 0
                ? 'none'
                : block.siblings.map((hash) => (
                    <a key={hash} class="hash is-whole" href={to(hash)}>
                      {hash}
                    </a>
                  )),
            ],
            ['Sealer', <span class="hash is-whole">{block.miner ?? unknown}</span>],
            ['State root', <span class="hash is-whole">{block.stateRoot ?? unknown}</span>],
            ['Transactions root', <span class="hash is-whole">{block.transactionsRoot ?? unknown}</span>],
            ['Extra data', <span class="hash is-whole">{block.extraData ?? unknown}</span>],
          ]}
        />
      </div>
      <SeenBy network={network} block={block} />
    </article>
  )
}

/** Rows drawn at a time; a network of thousands is not put into the page at once. */
const portion = 60

/** Which node reported the block when. The slowest matter most, so the order can be reversed. */
function SeenBy({ network, block }: { readonly network: string; readonly block: BlockDetail }) {
  const slowestFirst = useSignal(false)
  const shown = useSignal(portion)
  const all = slowestFirst.value ? block.seenBy.toReversed() : block.seenBy
  const slowest = Math.max(1, block.seenBy.at(-1)?.[1] ?? 1)
  if (block.seenBy.length === 0) return null
  const turn = (value: boolean): void => {
    slowestFirst.value = value
    shown.value = portion
  }
  return (
    <section class="seen-by" aria-label="Who reported it when">
      <header>
        <h2>Reports</h2>
        <div role="group" aria-label="Order">
          <button type="button" class="chip" aria-pressed={!slowestFirst.value} onClick={() => turn(false)}>
            fastest first
          </button>
          <button type="button" class="chip" aria-pressed={slowestFirst.value} onClick={() => turn(true)}>
            slowest first
          </button>
        </div>
      </header>
      <ol>
        {all.slice(0, shown.value).map(([node, ms]) => (
          <li key={node}>
            <a href={writeRoute({ page: 'node', network, node })}>{node}</a>
            <span class="meter" aria-hidden="true">
              <i style={{ transform: `scaleX(${Math.sqrt(ms / slowest)})` }} />
            </span>
            <span class="num">{duration(ms)}</span>
          </li>
        ))}
      </ol>
      {shown.value < all.length && (
        <button type="button" class="chip" onClick={() => (shown.value += portion * 4)}>
          {count(Math.min(portion * 4, all.length - shown.value))} more of {count(all.length)}
        </button>
      )}
    </section>
  )
}
