/** Lines of a log: live, with what was before in the history, or around a moment of the past. */
import type { FeedFault, LogFilter, LogLine } from '@netstats/protocol/feed'
import { type ReadonlySignal, useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import { useTopic } from '../feed/topics.ts'
import { askServer } from '../rest/rest.ts'
import { logsPath, portion } from './filter.ts'
import { advance, emptyTail, joint, pendingCount, prepend, resume, type Tail } from './tail.ts'

export interface LogView {
  /** Oldest first. */
  readonly lines: readonly LogLine[]
  /** Lines that came while the page was paused. */
  readonly waitingLines: number
  readonly waiting: boolean
  readonly fault: FeedFault | undefined
  /** True where there are older lines. */
  readonly more: boolean
  readonly older: () => void
}

interface Page {
  readonly logs: readonly Omit<LogLine, 'id'>[]
  readonly next: string | null
  readonly previous: string | null
}

const base = '/api/v1'
const below = (link: string): string => link.slice(link.indexOf(base) + base.length)

interface Reading {
  readonly waiting: boolean
  readonly fault: FeedFault | undefined
}

/** Reads pages one at a time; gives what came to `onPage`, and forgets what was asked for another key. */
function usePages(key: string, onPage: (page: Page & { readonly lines: readonly LogLine[] }, path: string) => void) {
  const reading = useSignal<Reading>({ waiting: false, fault: undefined })
  const state = useRef({ gone: new AbortController(), id: 0 })
  const take = useRef(onPage)
  take.current = onPage
  useEffect(() => {
    const gone = new AbortController()
    state.current.gone = gone
    reading.value = { waiting: false, fault: undefined }
    return () => gone.abort()
  }, [key])
  const read = async (path: string): Promise<void> => {
    if (reading.peek().waiting) return
    const { gone } = state.current
    reading.value = { waiting: true, fault: undefined }
    const answer = await askServer(path, gone.signal).catch(() => undefined)
    if (!answer || gone.signal.aborted) return
    reading.value = { waiting: false, fault: answer.ok ? undefined : answer.fault }
    if (!answer.ok) return
    const page = answer.data as Page
    // Live lines have the numbers above 0.
    take.current({ ...page, lines: page.logs.map((line) => ({ ...line, id: --state.current.id })) }, path)
  }
  return { reading, read: (path: string) => void read(path) }
}

/** The newest lines, followed live. While `paused` holds, those that come wait. */
export function useTail(network: string, filter: LogFilter, paused: ReadonlySignal<boolean>, most = portion): LogView {
  const view = useTopic({ topic: 'logs', network, filter, limit: most }).value
  const key = JSON.stringify([network, filter])
  const tail = useSignal<Tail>(emptyTail)
  const next = useSignal<string | null | undefined>(undefined)
  const { reading, read } = usePages(key, (page) => {
    tail.value = { ...tail.peek(), lines: prepend(tail.peek().lines, page.lines) }
    next.value = page.next
  })
  useEffect(() => {
    tail.value = emptyTail
    next.value = undefined
  }, [key])
  const older = (): void => {
    const link = next.peek()
    if (link === null) return
    read(link === undefined ? logsPath(network, filter, { to: joint(tail.peek().lines), limit: most }) : below(link))
  }
  const isPaused = paused.value
  useEffect(() => {
    if (!view.data || view.waiting) return
    tail.value = advance(isPaused ? tail.peek() : resume(tail.peek()), view.data.lines, isPaused)
    if (next.peek() === undefined && !reading.peek().fault) older()
  }, [view.data, view.waiting, isPaused, key])
  const { waiting, fault } = reading.value
  return {
    lines: tail.value.lines,
    waitingLines: pendingCount(tail.value),
    waiting: waiting || view.waiting,
    fault: view.fault ?? fault,
    more: typeof next.value === 'string',
    older,
  }
}

interface AroundView extends Omit<LogView, 'waitingLines'> {
  readonly newer: () => void
}

/** The lines before and after a moment. */
export function useAround(network: string, filter: LogFilter, at: number, most = portion): AroundView {
  const key = JSON.stringify([network, filter, at])
  const lines = useSignal<readonly LogLine[]>([])
  const links = useRef<{ next: string | null; previous: string | null }>({ next: null, previous: null })
  const more = useSignal(false)
  const { reading, read } = usePages(key, (page, path) => {
    const isFirst = path.includes('around=')
    const isNewer = path === links.current.previous
    const fresh = page.lines.toReversed()
    lines.value = isFirst ? fresh : isNewer ? [...lines.peek(), ...fresh] : [...fresh, ...lines.peek()]
    if (isFirst || !isNewer) links.current.next = page.next === null ? null : below(page.next)
    if (isFirst || isNewer) links.current.previous = page.previous === null ? null : below(page.previous)
    more.value = links.current.next !== null
  })
  useEffect(() => {
    read(logsPath(network, filter, { around: Math.round(at), limit: most }))
  }, [key])
  const { waiting, fault } = reading.value
  const follow = (link: string | null): void => {
    if (link !== null) read(link)
  }
  return {
    lines: lines.value,
    waiting,
    fault,
    more: more.value,
    older: () => follow(links.current.next),
    newer: () => follow(links.current.previous),
  }
}
