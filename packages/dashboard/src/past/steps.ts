/** Steps through time, by the clock and by blocks. */
import type { BlockRow } from '@netstats/protocol/feed'
import { serverNow } from '../clock.ts'
import { askServer } from '../rest/rest.ts'
import { pastAt, showMoment } from './moment.ts'

export const minuteMs = 60_000
export const hourMs = 60 * minuteMs

export const stepBy = (ms: number): void => {
  // Ahead of now is nothing.
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
  const place = `/networks/${encodeURIComponent(network)}`
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
      // Another step was faster.
      if (!signal.aborted) throw error
    }
  }
}
