import { duration } from '../../format/time.ts'
import { ranges } from '../geometry.ts'
import type { Channel, Picture } from '../model.ts'
import { niceCeiling, robustTop, root } from '../scale.ts'

const topOf = ({ slots }: Picture): number => niceCeiling(robustTop(slots.flatMap((s) => s.main?.p95Ms ?? [])) || 100)

/** From half of the nodes to nearly all: the bar spans p50 to p95, the tick above is p99. */
export const propagationChannel: Channel = {
  key: 'propagation',
  title: 'Propagation',
  height: 2.6,
  top: (picture) => duration(topOf(picture)),
  draw: (picture, frame) => {
    const scale = root(topOf(picture))
    const main = picture.slots.map((s) => s.main)
    const pair = (a: number | null | undefined, b: number | null | undefined) =>
      a === null || a === undefined || b === null || b === undefined ? null : ([a, b] as const)
    return (
      <>
        <path class="bars" d={ranges(frame, main.map((b) => pair(b?.p50Ms, b?.p95Ms)), scale)} />
        <path class="bars is-faint" d={ranges(frame, main.map((b) => pair(b?.p99Ms, b?.p99Ms)), scale)} />
      </>
    )
  },
  read: (block) => duration(block.p95Ms),
}
