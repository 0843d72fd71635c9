import { count } from '../format/numbers.ts'
import type { Slot } from './slots.ts'

interface Props {
  readonly slots: readonly Slot[]
  readonly column: number
  readonly index: number | null
}

/** Heights below the channels: every tenth, and the one under the cursor. */
export function Axis({ slots, column, index }: Props) {
  const every = column * 10 < 90 ? 20 : 10
  const width = slots.length * column
  return (
    <div class="channel channel-axis">
      <div class="channel-name">Height</div>
      <div class="channel-plot">
        <svg class="slides" width={width} height={18} aria-hidden="true">
          {slots.map(({ number }, i) =>
            number >= 0 && number % every === 0 ? (
              <g key={number}>
                <path class="tick" d={`M${(i + 0.5) * column} 0v4`} />
                {(index === null || Math.abs(index - i) * column > 80) && (
                  <text x={clampText((i + 0.5) * column, width)} y={15}>
                    {count(number)}
                  </text>
                )}
              </g>
            ) : null,
          )}
          {index !== null && slots[index] && (
            <text class="is-cursor" x={clampText((index + 0.5) * column, width)} y={15}>
              {count(slots[index].number)}
            </text>
          )}
        </svg>
      </div>
      <div class="channel-value" />
    </div>
  )
}

const clampText = (x: number, width: number): number => Math.min(Math.max(x, 34), Math.max(34, width - 34))
