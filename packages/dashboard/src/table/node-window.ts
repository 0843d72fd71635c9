/**
 * Follows a window of the node table. A scrolled or newly sorted window is opened under a new id; the old one is
 * shown until the new one is answered, so rows never disappear.
 */
import type { FeedFault, NodeRow, NodeWindow, TopicData } from '@netstats/protocol/feed'
import { computed, effect, type ReadonlySignal, signal, untracked } from '@preact/signals'
import { useEffect, useMemo } from 'preact/hooks'
import { type TopicSource, topicSource } from '../feed/topics.ts'

export interface ShownWindow {
  /** The window `data` answers. */
  readonly window: NodeWindow
  readonly data: TopicData['nodes'] | undefined
  /** Of the newest window asked for. */
  readonly fault: FeedFault | undefined
  readonly waiting: boolean
}

interface Asked {
  readonly source: TopicSource
  readonly id: number
  readonly window: NodeWindow
}

function createFollower(network: string, wanted: ReadonlySignal<NodeWindow>) {
  const asked = signal<Asked | undefined>(undefined)
  const answered = signal<Asked | undefined>(undefined)
  const find = (one: Asked | undefined) => one?.source.view(one.id)
  const close = (one: Asked | undefined): void => one?.source.close(one.id)

  const ask = (source: TopicSource, window: NodeWindow): void => {
    const before = asked.peek()
    if (before?.source === source && JSON.stringify(before.window) === JSON.stringify(window)) return
    if (before !== answered.peek()) close(before)
    asked.value = { source, id: untracked(() => source.open({ topic: 'nodes', network, window })), window }
  }

  const answer = (): void => {
    if (asked.value === answered.peek() || find(asked.value)?.data === undefined) return
    const old = answered.peek()
    answered.value = asked.value
    untracked(() => close(old))
  }

  const shown = computed<ShownWindow>(() => ({
    window: answered.value?.window ?? wanted.value,
    data: find(answered.value)?.data as TopicData['nodes'] | undefined,
    fault: find(asked.value)?.fault,
    waiting: find(asked.value)?.waiting ?? true,
  }))

  const start = () => {
    const stops = [effect(() => ask(topicSource(), wanted.value)), effect(answer)]
    return () => {
      for (const stop of stops) stop()
      for (const one of new Set([asked.peek(), answered.peek()])) close(one)
      asked.value = answered.value = undefined
    }
  }
  return { shown, start }
}

export function useNodeWindow(network: string, wanted: ReadonlySignal<NodeWindow>): ReadonlySignal<ShownWindow> {
  const follower = useMemo(() => createFollower(network, wanted), [network])
  useEffect(() => follower.start(), [follower])
  return follower.shown
}

export interface Rows {
  readonly pinned: readonly NodeRow[]
  /** Rows of the window, from its offset on. */
  readonly loaded: readonly NodeRow[]
  /** Rows that are not pinned, loaded or not. */
  readonly count: number
}

/** Splits what a window brought into pinned rows and the others, and counts the others that are elsewhere. */
export function listRows({ window, data }: Pick<ShownWindow, 'window' | 'data'>, pins: readonly string[]): Rows {
  if (!data) return { pinned: [], loaded: [], count: 0 }
  const asked = new Set(window.pinned)
  const now = new Set(pins)
  const pinned: NodeRow[] = []
  const loaded: NodeRow[] = []
  for (const id of data.order) {
    const row = data.rows[id]
    if (!row) continue
    // What was just unpinned leaves the top at once; its place below comes with the next answer.
    if (!asked.has(id)) loaded.push(row)
    else if (now.has(id)) pinned.push(row)
  }
  const end = window.offset + loaded.length
  // A full window says there may be more. Pinned rows may match the filter or not; the end tells the exact number.
  const count = loaded.length < window.limit ? end : Math.max(end, data.total - pinned.length)
  return { pinned, loaded, count }
}
