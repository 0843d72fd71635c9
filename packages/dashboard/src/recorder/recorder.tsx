/**
 * The recorder: the newest blocks on one axis, a channel below the other, so that a column read downwards is one block.
 * A new block pushes the paper to the left; nothing else moves. Arrow keys move a cursor, Enter opens the block.
 */
import type { BlockRow } from '@netstats/protocol/feed'
import { useSignal } from '@preact/signals'
import { useLayoutEffect, useRef } from 'preact/hooks'
import { shortHash } from '../format/chain.ts'
import { compact, count, plural } from '../format/numbers.ts'
import { duration } from '../format/time.ts'
import { navigate } from '../router/location.ts'
import { writeRoute } from '../router/routes.ts'
import { arrangeSealers, type KnownSealer } from '../state/sealers.ts'
import { rootFontSize, tall, useWidth } from '../ui/measures.ts'
import { type Channel, channels, type Picture } from './channels.tsx'
import { arrangeSlots, columnsFor, columnsWanted, type Slot } from './slots.ts'

interface Props {
  readonly network: string
  readonly blocks: readonly BlockRow[]
  readonly blockTimeMs: number | null
  /** Sealers of earlier blocks; those that fell silent have a lane while the page is live. */
  readonly known: readonly KnownSealer[]
  readonly live: boolean
  /** True where there is space below: lanes and channels are taller on a tall screen. */
  readonly roomy: boolean
}

export const keptColumns = 60

export function Recorder({ network, blocks, blockTimeMs, known, live, roomy }: Props) {
  const ruler = useRef<HTMLDivElement>(null)
  const paper = useRef<HTMLDivElement>(null)
  const width = useWidth(ruler)
  const columns = columnsFor(width.value, 11, columnsWanted(blocks, keptColumns))
  const slots = arrangeSlots(blocks, columns)
  const column = columns > 0 ? width.value / columns : 0
  const picture: Picture = { slots, sealers: arrangeSealers(blocks, known, live), column, blockTimeMs }
  const newest = slots.at(-1)?.number ?? null
  usePush(paper, newest, column)
  const laneStretch = tall.value && roomy ? 1.6 : 1
  const stretch = tall.value ? (roomy ? 1.9 : 1.35) : 1

  const { index, shown, byKeys, move, point, leave } = useCursor(slots)
  const open = (): void => {
    if (shown) navigate(writeRoute({ page: 'block', network, hash: shown.hash }))
  }
  const follow = (event: PointerEvent): void => {
    const left = ruler.current?.getBoundingClientRect().left
    if (left !== undefined && column > 0) point(Math.floor((event.clientX - left) / column))
  }

  return (
    <section class="recorder" aria-label="Recorder of the newest blocks">
      <header class="recorder-head">
        <h2>{slots.length > 0 ? `Last ${slots.filter((s) => s.main).length} blocks` : 'No block yet'}</h2>
        <p class="recorder-reading" aria-live={byKeys ? 'polite' : 'off'}>
          {shown ? <Reading block={shown} /> : null}
        </p>
      </header>
      <div
        class="recorder-paper"
        tabIndex={0}
        role="group"
        aria-label="Blocks, newest at the right. Left and right arrow read a block, Enter opens it."
        onPointerMove={follow}
        onPointerLeave={leave}
        onClick={open}
        onBlur={leave}
        onKeyDown={(event) => {
          if (event.key === 'ArrowLeft') move(-1)
          else if (event.key === 'ArrowRight') move(1)
          else if (event.key === 'Enter') open()
          else return
          event.preventDefault()
          event.stopPropagation()
        }}
        ref={paper}
        style={{ '--lane': `${laneStretch}` }}
      >
        <div class="recorder-ruler" ref={ruler} />
        {width.value > 0 &&
          channels.map((channel) => (
            <ChannelRow
              key={channel.key}
              channel={channel}
              picture={picture}
              stretch={channel.legend ? laneStretch : stretch}
              shown={shown}
              index={index}
            />
          ))}
        <Axis slots={slots} column={column} index={index} />
      </div>
    </section>
  )
}

/** The block under the cursor, by height, so that the cursor stays with its block when the paper moves; the newest without one. */
function useCursor(slots: readonly Slot[]) {
  const cursor = useSignal<number | null>(null)
  // Read aloud only what the keyboard asked for, not what the mouse passes over.
  const byKeys = useSignal(false)
  const [first, last] = [slots[0]?.number ?? 0, slots.at(-1)?.number ?? 0]
  const index = cursor.value === null || slots.length === 0 ? null : cursor.value - first
  const at = index === null ? slots.findLast((s) => s.main) : slots[index]
  return {
    index,
    shown: at?.main ?? at?.forks[0],
    byKeys: byKeys.value,
    move: (step: number): void => {
      byKeys.value = true
      cursor.value = Math.min(last, Math.max(first, (cursor.value ?? last + 1) + step))
    },
    /** The pointer is over a column, or beyond them. */
    point: (column: number): void => {
      byKeys.value = false
      cursor.value = slots[column]?.number ?? null
    },
    leave: (): void => {
      cursor.value = null
    },
  }
}

function Reading({ block }: { readonly block: BlockRow }) {
  return (
    <>
      <b>{count(block.number)}</b> <span class="hash">{shortHash(block.hash)}</span>
      {block.canonical ? '' : ' fork'} · {plural(block.transactions, 'tx', 'txs')} · {compact(block.gasUsed)} of{' '}
      {compact(block.gasLimit)} gas · seen by {count(block.nodes)}
      {block.p50Ms === null ? '' : `, half within ${duration(block.p50Ms)}`}
    </>
  )
}

/** Lets the drawing slide in from where it was when the head moves on; still with `prefers-reduced-motion`. */
function usePush(paper: { readonly current: HTMLElement | null }, newest: number | null, column: number): void {
  const before = useRef<number | null>(null)
  useLayoutEffect(() => {
    const step = newest !== null && before.current !== null ? newest - before.current : 0
    before.current = newest
    if (step < 1 || step > 3 || window.matchMedia('(prefers-reduced-motion: reduce)').matches) return
    for (const drawing of paper.current?.querySelectorAll<SVGSVGElement>('.slides') ?? []) {
      drawing.animate([{ transform: `translateX(${step * column}px)` }, { transform: 'none' }], {
        duration: 450,
        easing: 'cubic-bezier(.2,.7,.2,1)',
      })
    }
  }, [newest])
}

interface ChannelRowProps {
  readonly channel: Channel
  readonly picture: Picture
  /** Factor for the height. */
  readonly stretch: number
  readonly shown: BlockRow | undefined
  /** Column under the cursor. */
  readonly index: number | null
}

function ChannelRow({ channel, picture, stretch, shown, index }: ChannelRowProps) {
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
        {/* The whole drawing is moved, not its parts: the browser then does not paint while it slides. */}
        <svg class="slides" width={width} height={height} aria-hidden="true">
          {index !== null && <rect class="cursor" x={index * column} y={0} width={column} height={height} />}
          {slots.length > 0 && channel.draw(picture, { column, height })}
        </svg>
      </div>
      <div class="channel-value">{shown ? channel.read(shown, picture) : null}</div>
    </div>
  )
}

interface AxisProps {
  readonly slots: readonly Slot[]
  readonly column: number
  readonly index: number | null
}

/** Heights below the channels: every tenth, and the one under the cursor. */
export function Axis({ slots, column, index }: AxisProps) {
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
