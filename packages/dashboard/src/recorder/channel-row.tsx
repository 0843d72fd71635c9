import type { BlockRow } from '@netstats/protocol/feed'
import { rootFontSize } from '../ui/root-font-size.ts'
import type { Channel, Picture } from './model.ts'

interface Props {
  readonly channel: Channel
  readonly picture: Picture
  /** Factor for the height. */
  readonly stretch: number
  readonly shown: BlockRow | undefined
  /** Column under the cursor. */
  readonly index: number | null
}

export function ChannelRow({ channel, picture, stretch, shown, index }: Props) {
  const rem = typeof channel.height === 'number' ? channel.height : channel.height(picture)
  const height = Math.round(rem * rootFontSize.value * stretch)
  const { slots, column } = picture
  const width = slots.length * column
  return (
    <div class={`channel channel-${channel.key}`}>
      <div class="channel-name">
        {channel.legend ? channel.legend(picture) : channel.title}
        {channel.top && slots.length > 0 && <span class="channel-top">{channel.top(picture)}</span>}
      </div>
      <div class="channel-plot">
        {/* The whole drawing is moved, not its parts: the browser then needs not paint while it slides. */}
        <svg class="slides" width={width} height={height} aria-hidden="true">
          {index !== null && <rect class="cursor" x={index * column} y={0} width={column} height={height} />}
          {slots.length > 0 && channel.draw(picture, { column, height })}
        </svg>
      </div>
      <div class="channel-value">{shown ? channel.read(shown, picture) : null}</div>
    </div>
  )
}
