import type { BlockDetail } from '@netstats/protocol/feed'
import { useTopic } from '../feed/topics.ts'
import { weiAmount } from '../format/chain.ts'
import { bytes, count, share, unknown } from '../format/numbers.ts'
import { duration, instant } from '../format/time.ts'
import { pastAt } from '../past/moment.ts'
import { writeRoute } from '../router/routes.ts'
import type { Sealers } from '../state/sealers.ts'
import { Ago } from '../ui/ago.tsx'
import { Numerals } from '../ui/numerals.tsx'
import { Sealer } from '../ui/sealer.tsx'
import { DistributionCurve } from './distribution-curve.tsx'
import { Facts } from './facts.tsx'
import { NetworkFault } from './fault.tsx'
import { Message, Waiting } from './message.tsx'
import { SeenBy } from './seen-by.tsx'
import { useNetwork } from './use-network.ts'
import { useTitle } from './use-title.ts'

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
          <span class="label">{block.canonical ? 'Block' : 'Block, lost its height'}</span>
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
            [
              'Gas used',
              `${count(block.gasUsed)} (${share(block.gasLimit > 0 ? block.gasUsed / block.gasLimit : null)})`,
            ],
            ['Gas limit', count(block.gasLimit)],
            ['Base fee', weiAmount(block.baseFeePerGas)],
            ['Size', bytes(block.size)],
            ['Difficulty', block.difficulty],
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
            ['Sealer', <span class="hash is-whole">{block.miner}</span>],
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
