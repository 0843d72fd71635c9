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
import { arrangeSealers } from '../state/sealers.ts'
import { tall } from '../ui/root-font-size.ts'
import { Axis } from './axis.tsx'
import { ChannelRow } from './channel-row.tsx'
import { channels } from './channels/mod.ts'
import type { Picture } from './model.ts'
import { arrangeSlots, columnsFor, columnsWanted } from './slots.ts'
import { useWidth } from './use-width.ts'

interface Props {
  readonly network: string
  readonly blocks: readonly BlockRow[]
  readonly blockTimeMs: number | null
  /** True where there is room below: lanes and channels are drawn taller on a tall screen. */
  readonly roomy: boolean
}

export const keptColumns = 60

export function Recorder({ network, blocks, blockTimeMs, roomy }: Props) {
  const ruler = useRef<HTMLDivElement>(null)
  const paper = useRef<HTMLDivElement>(null)
  const width = useWidth(ruler)
  const cursor = useSignal<number | null>(null)
  const columns = columnsFor(width.value, 11, columnsWanted(blocks, keptColumns))
  const slots = arrangeSlots(blocks, columns)
  const column = columns > 0 ? width.value / columns : 0
  const picture: Picture = { slots, sealers: arrangeSealers(blocks), column, blockTimeMs }
  const newest = slots.at(-1)?.number ?? null
  usePush(paper, newest, column)
  const laneStretch = tall.value && roomy ? 1.6 : 1
  const stretch = tall.value ? (roomy ? 1.9 : 1.35) : 1

  const index = cursor.value === null || newest === null ? null : columns - 1 - (newest - cursor.value)
  const at = index === null ? slots.findLast((s) => s.main) : slots[index]
  const shown = at?.main ?? at?.forks[0]
  // Read aloud only what the keyboard asked for, not what the mouse passes over.
  const byKeys = useSignal(false)

  const move = (step: number): void => {
    byKeys.value = true
    const from = cursor.value ?? (newest ?? 0) + 1
    cursor.value = Math.min(newest ?? 0, Math.max((newest ?? 0) - columns + 1, from + step))
  }
  const open = (): void => {
    if (shown) navigate(writeRoute({ page: 'block', network, hash: shown.hash }))
  }
  const follow = (event: PointerEvent): void => {
    if (newest === null || column === 0 || !ruler.current) return
    byKeys.value = false
    const x = event.clientX - ruler.current.getBoundingClientRect().left
    const i = Math.floor(x / column)
    cursor.value = i >= 0 && i < columns ? newest - columns + 1 + i : null
  }

  return (
    <section class="recorder" aria-label="Recorder of the newest blocks">
      <header class="recorder-head">
        <h2>{slots.length > 0 ? `Last ${slots.filter((s) => s.main).length} blocks` : 'No block yet'}</h2>
        <p class="recorder-reading" aria-live={byKeys.value ? 'polite' : 'off'}>
          {shown ? <Reading block={shown} /> : null}
        </p>
      </header>
      <div
        class="recorder-paper"
        tabIndex={0}
        role="group"
        aria-label="Blocks, newest at the right. Left and right arrow read a block, Enter opens it."
        onPointerMove={follow}
        onPointerLeave={() => {
          cursor.value = null
        }}
        onClick={open}
        onBlur={() => {
          cursor.value = null
        }}
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

/** Lets the drawing slide in from where it was when the head moves on; still for who asked for less motion. */
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
