import { count } from '../../format/numbers.ts'
import { bars } from '../geometry.ts'
import type { Channel, Picture } from '../model.ts'
import { linear, niceCeiling } from '../scale.ts'

const topOf = ({ slots }: Picture): number => niceCeiling(Math.max(0, ...slots.map((s) => s.main?.transactions ?? 0)))

export const transactionsChannel: Channel = {
  key: 'transactions',
  title: 'Transactions',
  height: 2.1,
  top: (picture) => count(topOf(picture)),
  draw: (picture, frame) => (
    <path
      class="bars"
      d={bars(
        frame,
        picture.slots.map((s) => s.main?.transactions),
        linear(topOf(picture)),
      )}
    />
  ),
  read: (block) => count(block.transactions),
}
