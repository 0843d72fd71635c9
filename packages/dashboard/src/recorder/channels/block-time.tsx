import { decimal, gap } from '../../format/numbers.ts'
import { bars } from '../geometry.ts'
import type { Channel, Picture } from '../model.ts'
import { linear, niceCeiling, robustTop } from '../scale.ts'

/** From here on a block counts as late: half as long again as the mean. */
const late = 1.5

const topOf = ({ slots, blockTimeMs }: Picture): number =>
  niceCeiling(Math.max(robustTop(slots.flatMap((s) => s.main?.blockTimeMs ?? [])), (blockTimeMs ?? 0) * 1.6) / 1000) *
  1000

const isLate = (value: number | null | undefined, mean: number | null): boolean =>
  value !== null && value !== undefined && mean !== null && value > mean * late && value - mean >= 1000

export const blockTimeChannel: Channel = {
  key: 'block-time',
  title: 'Block time',
  height: 2.1,
  top: (picture) => `${decimal(topOf(picture) / 1000, topOf(picture) < 1000 ? 1 : 0)}${gap}s`,
  draw: (picture, frame) => {
    const { slots, blockTimeMs: mean, column } = picture
    const scale = linear(topOf(picture))
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
