import type { BlockRow, NodeRow, NodeWindow } from '@netstats/protocol/feed'
import { describe, expect, it } from 'vitest'
import type { Answer } from '../rest/rest.ts'
import { createPastSource } from './source.ts'

const early = Date.UTC(2026, 10, 23, 12)
const late = early + 60_000
const window: NodeWindow = { sort: 'name', descending: true, filter: 'geth', offset: 40, limit: 20, pinned: [] }
const summary = { topic: 'summary', network: '1/2' } as const
const blocks = { topic: 'blocks', network: '1/2', limit: 1 } as const
const row = (id: string) => ({ id }) as NodeRow

interface Question {
  readonly path: string
  readonly signal: AbortSignal
  readonly answer: (answer: Answer) => Promise<void>
}

/** A server that answers when it is told to. */
function createWorld() {
  const questions: Question[] = []
  const soon: (() => void)[] = []
  const source = createPastSource(
    (path, signal) =>
      new Promise((resolve, reject) => {
        signal.addEventListener('abort', () => reject(new Error('aborted')))
        questions.push({
          path,
          signal,
          answer: async (answer) => {
            resolve(answer)
            // Through the promises between the answer and what it changes.
            for (let i = 0; i < 10; i++) await Promise.resolve()
          },
        })
      }),
    (run) => soon.push(run),
  )
  const settle = (): void => {
    for (const run of soon.splice(0)) run()
  }
  const at = (moment: number | undefined): void => {
    source.setMoment(moment)
    settle()
  }
  return { source, questions, settle, at }
}

const ok = (data: unknown): Answer => ({ ok: true, data })
const failed = (code: string, status = 503): Answer => ({ ok: false, status, fault: { code, message: 'why' } })
const state = (number: number) =>
  ok({ summary: { key: '1', number }, blocks: [{ number }, { number: number - 1 }] as BlockRow[] })

describe('the source of a past moment', () => {
  it('asks nothing while the page is live', () => {
    const { source, questions, settle } = createWorld()
    source.open(summary)
    settle()
    expect(questions).toEqual([])
    expect(source.waiting.value).toBe(false)
  })

  it('answers summary and blocks with one question', async () => {
    const { source, questions, at } = createWorld()
    const [a, b] = [source.open(summary), source.open(blocks)]
    at(early)
    expect(questions.map((q) => q.path)).toEqual([
      '/networks/1%2F2/state?at=2026-11-23T12%3A00%3A00Z&limit=1&blocks=72',
    ])
    await questions[0]!.answer(state(7))
    expect(source.view(a)).toMatchObject({ data: { number: 7 }, waiting: false, at: early })
    expect(source.view(b)).toMatchObject({ data: { blocks: [{ number: 7 }] } })
    expect(source.shownAt.value).toBe(early)
  })

  it('gives up what is under way when the moment moves on, and keeps showing what it had', async () => {
    const { source, questions, at } = createWorld()
    const id = source.open(summary)
    at(early)
    await questions[0]!.answer(state(7))
    at(late)
    at(late + 1)
    expect(questions[1]!.signal.aborted).toBe(true)
    expect(source.view(id)).toMatchObject({ data: { number: 7 }, waiting: true })
    expect(source.shownAt.value).toBe(early)
    await questions[2]!.answer(state(9))
    expect(source.view(id)).toMatchObject({ data: { number: 9 }, waiting: false, at: late + 1 })
    expect(source.waiting.value).toBe(false)
  })

  it('gives up all questions on the way back to live', () => {
    const { source, questions, at } = createWorld()
    source.open(summary)
    at(early)
    at(undefined)
    expect(questions[0]!.signal.aborted).toBe(true)
    expect([source.waiting.value, source.shownAt.value]).toEqual([false, undefined])
  })

  it('shows the reason in place of old data where a moment cannot be shown, and asks again when told', async () => {
    const { source, questions, at, settle } = createWorld()
    const id = source.open(summary)
    at(early)
    await questions[0]!.answer(state(7))
    at(late)
    await questions[1]!.answer(failed('API_HISTORY_UNAVAILABLE'))
    expect(source.view(id)).toMatchObject({
      data: undefined,
      fault: { code: 'API_HISTORY_UNAVAILABLE', message: 'why' },
    })
    source.retry()
    settle()
    await questions[2]!.answer(state(8))
    expect(source.view(id)).toMatchObject({ data: { number: 8 }, fault: undefined })
  })

  it('tells a node and a block that were not known then from a failure', async () => {
    const { source, questions, at } = createWorld()
    const node = source.open({ topic: 'node', network: '1', node: 'a b' })
    const block = source.open({ topic: 'block', network: '1', hash: '0x1' })
    at(early)
    expect(questions.map((q) => q.path.split('?')[0])).toEqual(['/networks/1/nodes/a%20b', '/networks/1/blocks/0x1'])
    await questions[0]!.answer(failed('API_NODE_UNKNOWN', 404))
    await questions[1]!.answer(failed('API_BLOCK_UNKNOWN', 404))
    for (const id of [node, block]) expect(source.view(id)).toMatchObject({ data: null, fault: undefined })
  })

  it('asks for a window of the table as the table is sorted and filtered', async () => {
    const { source, questions, at } = createWorld()
    const id = source.open({ topic: 'nodes', network: '1', window })
    at(early)
    expect(Object.fromEntries(new URLSearchParams(questions[0]!.path.split('?')[1]))).toEqual({
      at: '2026-11-23T12:00:00Z',
      sort: 'name',
      order: 'desc',
      filter: 'geth',
      offset: '40',
      limit: '20',
    })
    await questions[0]!.answer(ok({ total: 90, all: 100, nodes: [row('x'), row('y')] }))
    expect(source.view(id).data).toEqual({ total: 90, all: 100, order: ['x', 'y'], rows: { x: row('x'), y: row('y') } })
  })

  it('puts pinned rows on top, once, and counts the others from the top', async () => {
    const { source, questions, at } = createWorld()
    const id = source.open({
      topic: 'nodes',
      network: '1',
      window: { ...window, offset: 1, limit: 2, pinned: ['b', 'gone'] },
    })
    at(early)
    expect(questions[0]!.path).toContain('offset=0&limit=5')
    await questions[0]!.answer(ok({ total: 5, all: 5, nodes: ['a', 'b', 'c', 'd', 'e'].map(row) }))
    await questions[1]!.answer(ok(row('b')))
    await questions[2]!.answer(failed('API_NODE_UNKNOWN', 404))
    expect(source.view(id).data).toMatchObject({ order: ['b', 'c', 'd'] })
  })

  it('keeps the rows beside a filter that cannot be read', async () => {
    const { source, questions, at } = createWorld()
    const id = source.open({ topic: 'nodes', network: '1', window })
    at(early)
    await questions[0]!.answer(ok({ total: 1, all: 1, nodes: [row('x')] }))
    at(late)
    await questions[1]!.answer(failed('API_FILTER_INVALID', 400))
    expect(source.view(id)).toMatchObject({ data: { order: ['x'] }, fault: { code: 'API_FILTER_INVALID' } })
  })

  it('forgets what is closed and lets late answers to it fall', async () => {
    const { source, questions, at } = createWorld()
    const id = source.open(summary)
    at(early)
    source.close(id)
    await questions[0]!.answer(state(7))
    expect(source.view(id).data).toBeUndefined()
    expect(source.waiting.value).toBe(false)
  })
})
