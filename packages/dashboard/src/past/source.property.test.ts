import type { Topic } from '@netstats/protocol/feed'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Answer } from '../rest/rest.ts'
import { createPastSource } from './source.ts'

const topics: readonly Topic[] = [
  { topic: 'summary', network: '1' },
  { topic: 'blocks', network: '1', limit: 5 },
  { topic: 'summary', network: '2' },
  { topic: 'node', network: '1', node: 'alpha' },
  { topic: 'map', network: '1' },
]

type Step =
  | { readonly do: 'open'; readonly topic: number }
  | { readonly do: 'close' | 'answer' | 'fail'; readonly which: number }
  | { readonly do: 'moment'; readonly at: number | undefined }
  | { readonly do: 'retry' }

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ do: fc.constant('open' as const), topic: fc.nat(topics.length - 1) }),
  fc.record({ do: fc.constant('close' as const), which: fc.nat(9) }),
  { weight: 3, arbitrary: fc.record({ do: fc.constantFrom('answer' as const, 'fail' as const), which: fc.nat(9) }) },
  fc.record({ do: fc.constant('moment' as const), at: fc.constantFrom(undefined, 1000, 2000, 3000) }),
  fc.constant<Step>({ do: 'retry' }),
)

interface Question {
  readonly path: string
  readonly signal: AbortSignal
  readonly resolve: (answer: Answer) => void
  done: boolean
}

const settle = async (): Promise<void> => {
  for (let i = 0; i < 12; i++) await Promise.resolve()
}
/** The moment a question is about, as the address writes it. */
const atOf = (path: string): number => Date.parse(new URLSearchParams(path.slice(path.indexOf('?'))).get('at') ?? '')

describe('the source of past moments, whatever is opened, closed and answered in whatever order', () => {
  it('shows answers of the moment alone, asks for each group once, and comes to rest when all is answered', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
        const questions: Question[] = []
        const source = createPastSource(
          (path, signal) =>
            new Promise((resolve, reject) => {
              const question: Question = { path, signal, resolve, done: false }
              signal.addEventListener('abort', () => {
                question.done = true
                reject(new Error('aborted'))
              })
              questions.push(question)
            }),
          (run) => run(),
        )
        const open = new Set<number>()
        let moment: number | undefined
        const waiting = () => questions.filter(({ done }) => !done)
        const answer = async (question: Question | undefined, ok: boolean): Promise<void> => {
          if (!question) return
          question.done = true
          const at = atOf(question.path)
          const body = { summary: { at }, blocks: [{ at }], at }
          const fault = { code: 'API_BUSY', message: 'Later.' }
          question.resolve(ok ? { ok: true, data: body } : { ok: false, status: 503, fault })
          await settle()
        }
        const check = (): void => {
          // Nothing is asked of another moment, or twice.
          for (const { path } of waiting()) expect(atOf(path)).toBe(moment)
          expect(new Set(waiting().map(({ path }) => path)).size).toBe(waiting().length)
          for (const id of open) {
            const view = source.view(id)
            if (moment !== undefined && !view.waiting && view.fault === undefined) expect(view.at).toBe(moment)
          }
        }
        for (const one of steps) {
          if (one.do === 'open') open.add(source.open(topics[one.topic]!))
          else if (one.do === 'close') {
            const id = [...open][one.which % Math.max(1, open.size)]
            if (id !== undefined) source.close(id)
            open.delete(id ?? -1)
          } else if (one.do === 'moment') {
            moment = one.at
            source.setMoment(moment)
          } else if (one.do === 'retry') source.retry()
          else await answer(waiting()[one.which % Math.max(1, waiting().length)], one.do === 'answer')
          await settle()
          check()
        }
        source.setMoment((moment = 4000))
        await settle()
        for (let i = 0; waiting().length > 0 && i < 20; i++) await answer(waiting()[0], true)
        expect(waiting()).toEqual([])
        expect(source.waiting.value).toBe(false)
        for (const id of open) expect(source.view(id)).toMatchObject({ waiting: false, fault: undefined, at: 4000 })
      }),
      { numRuns: 150 },
    )
  })
})
