import { count } from '../../format/numbers.ts'
import type { Channel } from '../model.ts'

/** Heights at which more than one block is known (a fork mark), and uncles (a dot each, up to three). */
export const forksChannel: Channel = {
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
