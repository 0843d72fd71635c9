import { shortHash } from '../../format/chain.ts'
import { Sealer, SealerTag } from '../../ui/sealer.tsx'
import { box, line } from '../geometry.ts'
import type { Channel } from '../model.ts'

/** Height of a lane in rem; one lane alone is drawn as two. */
const laneRem = 1.05
const lanesOf = (count: number): number => Math.max(2, count)

export const sealersChannel: Channel = {
  key: 'sealers',
  title: 'Sealed by',
  height: ({ sealers }) => lanesOf(sealers.lanes.length) * laneRem,
  legend: ({ sealers }) =>
    sealers.unknown ? (
      <span class="faint">Sealed by: not told by the nodes</span>
    ) : (
      <ol class="lanes">
        {sealers.lanes.map((lane) => (
          <li key={lane.number} title={lane.address ?? 'all others'}>
            <SealerTag number={lane.number} />
            <span class="hash">{lane.address ? shortHash(lane.address) : 'all others'}</span>
            <span class="lanes-count">{lane.blocks}</span>
          </li>
        ))}
      </ol>
    ),
  draw: ({ slots, sealers, column }, { height }) => {
    const laneHeight = height / lanesOf(sealers.lanes.length)
    const frame = { column, height }
    const laneOf = (miner: string): number => sealers.laneOf(miner).number - 1
    const path = line(
      slots.map(({ main }, i) =>
        main && laneOf(main.miner) >= 0
          ? ([(i + 0.5) * column, (laneOf(main.miner) + 0.5) * laneHeight] as const)
          : undefined,
      ),
    )
    return (
      <>
        <path class="trace" d={path} />
        {sealers.lanes.map((lane) => (
          <path
            key={lane.number}
            class={`block tone-${sealers.unknown ? 0 : lane.number}`}
            d={slots
              .map(({ main }, i) =>
                main && laneOf(main.miner) === lane.number - 1 ? box(frame, i, lane.number - 1, laneHeight) : '',
              )
              .join('')}
          />
        ))}
        <path
          class="block-fork"
          d={slots
            .flatMap(({ forks, main }, i) =>
              // A fork by the sealer of the winner would hide behind it; it is drawn inside instead.
              forks.map((b) => box(frame, i, laneOf(b.miner), laneHeight, b.miner === main?.miner ? 2.5 : 0.75)),
            )
            .join('')}
        />
      </>
    )
  },
  read: (block, { sealers }) => <Sealer address={block.miner} sealers={sealers} />,
}
