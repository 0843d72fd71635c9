import { compact } from '../../format/numbers.ts'
import { share } from '../../format/numbers.ts'
import { bars } from '../geometry.ts'
import type { Channel } from '../model.ts'
import { linear } from '../scale.ts'

/** Gas used as a share of the limit: the pale bar behind is the limit, so a full block is a full bar. */
export const gasChannel: Channel = {
  key: 'gas',
  title: 'Gas used',
  height: 2.1,
  top: ({ slots }) => compact(slots.findLast((s) => s.main)?.main?.gasLimit),
  draw: ({ slots }, frame) => {
    const used = slots.map((s) => (s.main && s.main.gasLimit > 0 ? s.main.gasUsed / s.main.gasLimit : null))
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
  read: (block) => share(block.gasLimit > 0 ? block.gasUsed / block.gasLimit : null),
}
