/** The moment the page shows: `?at=` in its address, or now; the source of its topics, and steps through time. */
import { type BlockRow, writeSegment } from '@netstats/protocol/feed'
import { computed, effect, type ReadonlySignal } from '@preact/signals'
import { holdClock, serverNow } from '../clock.ts'
import type { TopicSource } from '../feed/topics.ts'
import { askServer } from '../rest/rest.ts'
import { navigate, onlyNetwork, query, route, setQueries } from '../router/location.ts'
import { readMoment, showsMoment, writeMoment, writeRoute } from '../router/routes.ts'
import { createPastSource } from './source.ts'

/** The past moment the page is to show; undefined while it is live. */
export const pastAt = computed(() => (showsMoment(route.value) ? readMoment(query.value.get('at')) : undefined))

/** Shows a moment; one in the future is the live page. The browser's way back leads to the live page, not through every step. */
export function showMoment(at: number): void {
  if (at >= serverNow()) return showLive()
  const moment = Math.max(0, Math.round(at))
  const network = route.peek().page === 'home' ? onlyNetwork.peek() : undefined
  if (network === undefined) return setQueries({ at: writeMoment(moment) }, pastAt.peek() === undefined)
  // The home page follows the list of networks, which has no past; the page of its only network looks the same.
  const settings = new URLSearchParams(query.peek())
  settings.set('at', writeMoment(moment))
  navigate(`${writeRoute({ page: 'network', network })}?${settings}`)
}

export function showLive(): void {
  setQueries({ at: null })
}

export const past = createPastSource(askServer, queueMicrotask)

/** Undefined while the page is live. */
export function startPast(): ReadonlySignal<TopicSource | undefined> {
  effect(() => past.setMoment(pastAt.value))
  effect(() => holdClock(pastAt.value === undefined ? undefined : (past.shownAt.value ?? pastAt.value)))
  return computed(() => (pastAt.value === undefined ? undefined : past))
}

export const minuteMs = 60_000
export const hourMs = 60 * minuteMs

export const stepBy = (ms: number): void => {
  // There is nothing after now.
  if (pastAt.peek() === undefined && ms > 0) return
  showMoment((pastAt.peek() ?? serverNow()) + ms)
}

const seenAt = (block: BlockRow): number => block.arrivedAt ?? block.timestamp

/** When the block before the head was the head; undefined where none is known. */
export function blockBefore(blocks: readonly BlockRow[]): number | undefined {
  const [, before] = blocks.filter((b) => b.canonical)
  return before && seenAt(before)
}

/** When the block after the head of a past moment was first seen. */
async function blockAfter(
  network: string,
  blocks: readonly BlockRow[],
  signal: AbortSignal,
): Promise<number | undefined> {
  const head = blocks.find((b) => b.canonical)
  if (!head) return undefined
  const place = `/networks/${writeSegment(network)}`
  const live = await askServer(`${place}/blocks/${head.number + 1}`, signal)
  const answer = live.ok ? live : await askServer(`${place}/history/blocks/${head.number + 1}?limit=1`, signal)
  return answer.ok ? seenAt(answer.data as BlockRow) : undefined
}

let under = new AbortController()

/** One block back or ahead of the head that is shown. Ahead of the newest block is the live picture. */
export async function stepBlock(network: string, blocks: readonly BlockRow[], by: -1 | 1): Promise<void> {
  under.abort()
  under = new AbortController()
  const { signal } = under
  const from = pastAt.peek()
  if (by < 0) {
    const at = blockBefore(blocks)
    if (at !== undefined) showMoment(at)
  } else if (from !== undefined) {
    try {
      const at = await blockAfter(network, blocks, signal)
      if (!signal.aborted && pastAt.peek() === from) showMoment(at ?? serverNow())
    } catch (error) {
      // A later step aborted this one.
      if (!signal.aborted) throw error
    }
  }
}
