import type { BlockRow } from '@netstats/protocol/feed'
import { gasShare, shortHash } from '../format/chain.ts'
import { count, decimal, unknown } from '../format/numbers.ts'
import { duration } from '../format/time.ts'
import { writeRoute } from '../router/routes.ts'
import type { Sealers } from '../state/sealers.ts'
import { listLength } from '../ui/measures.ts'
import { memo } from '../ui/memo.ts'
import { Ago, SealerTag } from '../ui/values.tsx'
import { Panel } from './panel.tsx'

interface Props {
  readonly network: string
  readonly blocks: readonly BlockRow[]
  readonly sealers: Sealers
  readonly active: number
}

/** The newest blocks as exact numbers; the recorder above shows the same as shapes. */
export function LatestBlocks({ network, blocks, sealers, active }: Props) {
  return (
    <Panel name="blocks" title="Newest blocks" note="seen by, and 95 % within">
      <table class="blocks-table">
        <thead class="visually-hidden">
          <tr>
            {['Sealer', 'Height', 'Hash', 'Block time', 'Transactions', 'Gas', 'Seen by', '95 % within', 'Age'].map(
              (h) => (
                <th key={h} scope="col">
                  {h}
                </th>
              ),
            )}
          </tr>
        </thead>
        <tbody>
          {blocks.slice(0, listLength.value).map((block) => (
            <Line
              key={block.hash}
              network={network}
              block={block}
              lane={sealers.unknown ? 0 : sealers.laneOf(block.miner).number}
              active={active}
            />
          ))}
        </tbody>
      </table>
    </Panel>
  )
}

interface LineProps {
  readonly network: string
  readonly block: BlockRow
  readonly lane: number
  readonly active: number
}

const Line = memo(({ network, block, lane, active }: LineProps) => {
  const used = gasShare(block)
  const reached = active > 0 ? Math.min(1, block.nodes / active) : 0
  return (
    <tr class={block.canonical ? 'arrives' : 'arrives is-fork'}>
      <td title={block.miner ?? undefined}>
        <SealerTag number={lane} />
      </td>
      <td>
        <a href={writeRoute({ page: 'block', network, hash: block.hash })}>{count(block.number)}</a>
        {!block.canonical && <span class="fork-word">fork</span>}
      </td>
      <td class="hash">{shortHash(block.hash)}</td>
      <td class="num">
        {block.blockTimeMs === null ? unknown : decimal(block.blockTimeMs / 1000, 1)}
        <small>s</small>
      </td>
      <td class="num">
        {count(block.transactions)}
        <small>tx</small>
      </td>
      <td>{used === null ? unknown : <Meter value={used} label={`${Math.round(used * 100)} % of the gas limit`} />}</td>
      <td>
        <Meter value={reached} label={`seen by ${block.nodes} nodes`} />
      </td>
      <td class="num">{duration(block.p95Ms)}</td>
      <td class="num faint">
        <Ago at={block.arrivedAt ?? block.timestamp} />
      </td>
    </tr>
  )
})

function Meter({ value, label }: { readonly value: number; readonly label: string }) {
  return (
    <span class="meter" role="img" aria-label={label} title={label}>
      <i style={{ transform: `scaleX(${value})` }} />
    </span>
  )
}
