import { duration } from '../../format/time.ts'
import { bars, ticks } from '../geometry.ts'
import type { Channel, Picture } from '../model.ts'
import { niceCeiling, robustTop, root } from '../scale.ts'

const topOf = ({ slots }: Picture): number => niceCeiling(robustTop(slots.flatMap((s) => s.main?.p95Ms ?? [])) || 100)

/** The dark bar is half of the reports, the pale bar 95 % of them, the tick 99 %. */
export const propagationChannel: Channel = {
  key: 'propagation',
  title: 'Propagation',
  height: 2.4,
  top: (picture) => duration(topOf(picture)),
  draw: (picture, frame) => {
    const scale = root(topOf(picture))
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
