/** The channels of the recorder. Each is a row with a name, a drawing, and a reading for the block under the cursor. */
import type { BlockRow } from '@netstats/protocol/feed'
import type { ComponentChildren } from 'preact'
import { gasShare, shortHash } from '../format/chain.ts'
import { compact, count, decimal, gap, share } from '../format/numbers.ts'
import { duration } from '../format/time.ts'
import { type Lane, type Sealers, toneOf } from '../state/sealers.ts'
import { Sealer, SealerTag } from '../ui/values.tsx'
import { bars, box, type Frame, line, linear, niceCeiling, robustTop, root, ticks } from './geometry.ts'
import type { Slot } from './slots.ts'

export interface Picture {
  readonly slots: readonly Slot[]
  readonly sealers: Sealers
  readonly column: number
  /** Mean time between blocks, for the reference line. */
  readonly blockTimeMs: number | null
}

export interface Channel {
  readonly key: string
  readonly title: string
  /** In rem; a function where it depends on the picture. */
  readonly height: number | ((picture: Picture) => number)
  /** Upper end of the scale in words, shown small at the top of the channel. */
  readonly top?: (picture: Picture) => string
  readonly draw: (picture: Picture, frame: Frame) => ComponentChildren
  /** Reading for one block. */
  readonly read: (block: BlockRow, picture: Picture) => ComponentChildren
  /** Replaces the title at the left, where lanes need names. */
  readonly legend?: (picture: Picture) => ComponentChildren
}

/** Height of a lane in rem; one lane alone is drawn as two. */
const laneRem = 1.05
const lanesOf = (count: number): number => Math.max(2, count)

const titleOf = ({ address = 'all others', silentSince }: Lane): string =>
  silentSince === undefined
    ? address
    : `${address}: none of these blocks; the last one seen of theirs is ${count(silentSince)}`

const sealersChannel: Channel = {
  key: 'sealers',
  title: 'Sealed by',
  height: ({ sealers }) => lanesOf(sealers.lanes.length) * laneRem,
  legend: ({ sealers }) =>
    sealers.unknown ? (
      <span class="faint">Sealed by: not reported</span>
    ) : (
      <ol class="lanes">
        {sealers.lanes.map((lane) => (
          <li key={lane.number} class={lane.silentSince === undefined ? '' : 'is-silent'} title={titleOf(lane)}>
            <SealerTag number={lane.number} />
            <span class="hash">{lane.address ? shortHash(lane.address) : 'all others'}</span>
            <span class="lanes-count">{lane.blocks}</span>
            {lane.silentSince !== undefined && <span class="visually-hidden">silent</span>}
          </li>
        ))}
      </ol>
    ),
  draw: ({ slots, sealers, column }, { height }) => {
    const laneHeight = height / lanesOf(sealers.lanes.length)
    const frame = { column, height }
    const laneOf = (miner: string | null): number => sealers.laneOf(miner).row
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
            class={`block tone-${sealers.unknown ? 0 : toneOf(lane.number)}`}
            d={slots
              .map(({ main }, i) =>
                main && laneOf(main.miner) === lane.row ? box(frame, i, lane.row, laneHeight) : '',
              )
              .join('')}
          />
        ))}
        <path
          class="block-fork"
          d={slots
            .flatMap(({ forks, main }, i) =>
              // A fork by the sealer of the canonical block would hide behind it; it is drawn inside instead.
              forks.map((b) => box(frame, i, laneOf(b.miner), laneHeight, b.miner === main?.miner ? 2.5 : 0.75)),
            )
            .join('')}
        />
      </>
    )
  },
  read: (block, { sealers }) => <Sealer address={block.miner} sealers={sealers} />,
}

/** From here on a block counts as late: one and a half times the mean. */
const late = 1.5

const longestTime = ({ slots, blockTimeMs }: Picture): number =>
  niceCeiling(Math.max(robustTop(slots.flatMap((s) => s.main?.blockTimeMs ?? [])), (blockTimeMs ?? 0) * 1.6) / 1000) *
  1000

const isLate = (value: number | null | undefined, mean: number | null): boolean =>
  value !== null && value !== undefined && mean !== null && value > mean * late && value - mean >= 1000

const blockTimeChannel: Channel = {
  key: 'block-time',
  title: 'Block time',
  height: 2.1,
  top: (picture) => `${decimal(longestTime(picture) / 1000, longestTime(picture) < 1000 ? 1 : 0)}${gap}s`,
  draw: (picture, frame) => {
    const { slots, blockTimeMs: mean, column } = picture
    const scale = linear(longestTime(picture))
    const values = slots.map((s) => s.main?.blockTimeMs)
    const y = mean === null ? null : frame.height * (1 - scale(mean))
    return (
      <>
        <path
          class="bars"
          d={bars(
            frame,
            values.map((v) => (isLate(v, mean) ? null : v)),
            scale,
          )}
        />
        <path
          class="bars is-warn"
          d={bars(
            frame,
            values.map((v) => (isLate(v, mean) ? v : null)),
            scale,
          )}
        />
        {y !== null && <path class="mean" d={`M0 ${y}H${column * slots.length}`} />}
      </>
    )
  },
  read: (block) => (
    <>
      {decimal(block.blockTimeMs === null ? null : block.blockTimeMs / 1000, 1)}
      <small>s</small>
    </>
  ),
}

const mostTransactions = ({ slots }: Picture): number =>
  niceCeiling(Math.max(0, ...slots.map((s) => s.main?.transactions ?? 0)))

const transactionsChannel: Channel = {
  key: 'transactions',
  title: 'Transactions',
  height: 2.1,
  top: (picture) => count(mostTransactions(picture)),
  draw: (picture, frame) => (
    <path
      class="bars"
      d={bars(
        frame,
        picture.slots.map((s) => s.main?.transactions),
        linear(mostTransactions(picture)),
      )}
    />
  ),
  read: (block) => count(block.transactions),
}

/** Gas used as a share of the limit: the pale bar behind is the limit, so a full block is a full bar. */
const gasChannel: Channel = {
  key: 'gas',
  title: 'Gas used',
  height: 2.1,
  top: ({ slots }) => compact(slots.findLast((s) => s.main)?.main?.gasLimit),
  draw: ({ slots }, frame) => {
    const used = slots.map((s) => (s.main ? gasShare(s.main) : null))
    return (
      <>
        <path
          class="bars is-pale"
          d={bars(
            frame,
            used.map((v) => (v === null ? null : 1)),
            linear(1),
          )}
        />
        <path class="bars" d={bars(frame, used, linear(1))} />
      </>
    )
  },
  read: (block) => share(gasShare(block)),
}

const longestDelay = ({ slots }: Picture): number =>
  niceCeiling(robustTop(slots.flatMap((s) => s.main?.p95Ms ?? [])) || 100)

/** The dark bar is half of the reports, the pale bar 95 % of them, the tick 99 %. */
const propagationChannel: Channel = {
  key: 'propagation',
  title: 'Propagation',
  height: 2.4,
  top: (picture) => duration(longestDelay(picture)),
  draw: (picture, frame) => {
    const scale = root(longestDelay(picture))
    const main = picture.slots.map((s) => s.main)
    return (
      <>
        <path
          class="bars is-faint"
          d={bars(
            frame,
            main.map((b) => b?.p95Ms),
            scale,
          )}
        />
        <path
          class="bars"
          d={bars(
            frame,
            main.map((b) => b?.p50Ms),
            scale,
          )}
        />
        <path
          class="bars is-faint"
          d={ticks(
            frame,
            main.map((b) => b?.p99Ms),
            scale,
          )}
        />
      </>
    )
  },
  read: (block) => duration(block.p95Ms),
}

/** Heights at which more than one block is known (a fork mark), and uncles (a dot each, up to three). */
const forksChannel: Channel = {
  key: 'forks',
  title: 'Forks, uncles',
  height: 0.9,
  draw: ({ slots, column }, { height }) => {
    const middle = height / 2
    const x = (i: number): number => (i + 0.5) * column
    const forked = slots.flatMap((s, i) => (s.forks.length > 0 ? [i] : []))
    return (
      <>
        <path class="rule" d={`M0 ${middle}H${column * slots.length}`} />
        <path
          class="fork-mark"
          d={forked
            .map(
              (i) => `M${x(i) - 4} ${middle}L${x(i) + 3} ${middle - 4}M${x(i) - 4} ${middle}L${x(i) + 3} ${middle + 4}`,
            )
            .join('')}
        />
        {slots.flatMap((s, i) =>
          Array.from({ length: Math.min(3, s.main?.uncles ?? 0) }, (_, k) => (
            <circle key={`${s.number}.${k}`} class="uncle-mark" cx={x(i)} cy={middle + (k - 1) * 4} r={1.6} />
          )),
        )}
      </>
    )
  },
  read: (block) => (
    <>
      {count(block.forks)}
      <small>, {count(block.uncles)}</small>
    </>
  ),
}

/** The recorder from top to bottom. A new channel is an entry here. */
export const channels: readonly Channel[] = [
  sealersChannel,
  blockTimeChannel,
  transactionsChannel,
  gasChannel,
  propagationChannel,
  forksChannel,
]
