// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { ownSeconds } from '../clock.ts'
import { clockTime } from '../format/time.ts'
import { change, type Drawn, draw, plain } from '../testing/page.ts'
import { answerRest, type HandServer } from '../testing/rest.ts'
import { answerOf, factsOf, processOf } from '../testing/server-facts.ts'
import type { ServerFacts } from './facts.ts'
import { lossesOf } from './loss-table.tsx'
import { ServerPage } from './server-page.tsx'
import { protocolWords, wordsFor } from './words.ts'

let server: HandServer
beforeEach(() => {
  vi.useFakeTimers()
  server = answerRest()
})
afterEach(() => {
  server[Symbol.dispose]()
  vi.useRealTimers()
})

const said = (facts: ServerFacts | number) => (typeof facts === 'number' ? facts : answerOf(facts))

/** The page after answers that come two seconds apart. */
async function shown(...answers: readonly (ServerFacts | number)[]): Promise<Drawn> {
  const [first, ...others] = answers
  server.answer('/server', said(first ?? 404))
  const page = await draw(<ServerPage />)
  for (const next of others) {
    server.answer('/server', said(next))
    await change(() => vi.advanceTimersByTime(2000))
  }
  return page
}
const figure = (page: Drawn, label: string): string | undefined => {
  const found = page.all('.figure').find((one) => plain(one.querySelector('dt')?.textContent) === label)
  return found && plain(found.querySelector('dd')?.textContent)
}

describe('the page about the server', () => {
  it('gives its verdict first, and says it in the title', async () => {
    using page = await shown(factsOf())
    expect(page.text('.verdict [role=status]')).toBe('All is well.')
    expect(document.title).toBe('Server is well · netstats')
  })

  it('lists what is broken before what needs a look', async () => {
    const parts = [
      { id: 'store', state: 'degraded', reason: 'slow disk', since: 0 },
      { id: 'core', state: 'failed', reason: 'it threw', since: 0 },
    ] as const
    using page = await shown(factsOf({ at: 60_000, parts }))
    expect(page.text('.verdict [role=status]')).toBe('1 thing is broken.')
    expect(page.all('.trouble b').map((b) => b.textContent)).toEqual(['core has failed', 'store is degraded'])
    expect(page.all('.part-table tbody tr').map((tr) => tr.className)).toEqual(['is-bad', 'is-warn'])
    expect(document.title).toBe('2 troubles · server · netstats')
  })

  it('makes rates of the difference of two answers, and has none before the second', async () => {
    const at = (ms: number, messages: number) => factsOf({ at: ms, work: { received: { messages, bytes: 0 } } })
    using one = await shown(at(0, 1000))
    expect(figure(one, 'messages a second')).toContain('–')
    using two = await shown(at(0, 1000), at(2000, 1500))
    expect(figure(two, 'messages a second')).toMatch(/^250/)
  })

  it('shows what the store does only where there is one', async () => {
    using page = await shown(factsOf())
    expect(page.text()).toContain('No history is kept.')
    expect(figure(page, 'store is behind by')).toBeUndefined()
    const store = {
      lagMs: 1200,
      pendingRows: 40,
      bufferBytes: 1000,
      writtenRows: 0,
      slowestWriteMs: 90,
      errors: {},
      shed: {},
      diskBytes: 2 * 1024 ** 3,
      files: 3,
    }
    using kept = await shown(factsOf({ store }))
    expect(figure(kept, 'store is behind by')).toMatch(/^1\.20.s/)
    expect(figure(kept, 'rows wait for the store')).toContain('2.0 GiB on disk, 3 files')
  })

  it('says since when there is no answer, and keeps showing what was', async () => {
    using page = await shown(factsOf({ version: '9.9' }), 503)
    const heardAt = Date.now() - 2000
    await change(() => void (ownSeconds.value = heardAt + 5000))
    expect(page.all('[role=alert]')).toEqual([])
    await change(() => void (ownSeconds.value = heardAt + 7000))
    expect(page.text('[role=alert]')).toBe(
      `No answer since ${clockTime(heardAt)}. It answers 503. This page shows how it was then.`,
    )
    expect(page.text('.server-head')).toContain('Netstats 9.9')
    expect(page.find('.server').className).toBe('server is-old')
  })

  it('is why there is nothing to see, before the first answer', async () => {
    using page = await shown(403)
    expect(page.text('h1')).toBe('Your role is too low to see the server')
  })

  it('lists processes with the files they have open', async () => {
    const processes = [
      processOf({ name: 'server', openFiles: 19_000 }),
      processOf({ name: 'worker 1', pid: 2, openFiles: null }),
    ]
    using page = await shown(factsOf({ processes }))
    expect(
      page.all('.process-table tbody tr').map((tr) => plain(tr.querySelector('td:last-child')?.textContent)),
    ).toEqual([expect.stringMatching(/^19.000 of 20.000$/), '–'])
    expect(page.all('.process-table .is-tight')).toHaveLength(1)
  })
})

describe('losses', () => {
  const at = (ms: number, refused: Record<string, number>, shed: Record<string, Record<string, number>> = {}) =>
    factsOf({ at: ms, work: { refused, shed, ended: { peer: 99, silent: 2 } } })

  it('are what happens now first, then what happened most; the usual ends are none', () => {
    const losses = lossesOf([at(0, { 'bad-secret': 10, banned: 500 }), at(10_000, { 'bad-secret': 20, banned: 500 })])
    expect(losses.map(({ what, code, total, aMinute }) => [what, code, total, aMinute])).toEqual([
      ['refused', 'bad-secret', 20, 60],
      ['refused', 'banned', 500, 0],
      ['session ended', 'silent', 2, 0],
    ])
  })

  it('name the class that was given up', () => {
    const [loss] = lossesOf([at(0, {}, { latency: { items: 3 } })])
    expect(loss).toMatchObject({ what: 'dropped, latency', why: 'too many messages waited', aMinute: undefined })
  })

  it('are eight lines at first, and all where they are wanted', async () => {
    const refused = Object.fromEntries(Array.from({ length: 12 }, (_, i) => [`reason-${i}`, i + 1]))
    using page = await shown(factsOf({ work: { refused } }))
    expect(page.all('.loss-table tbody tr')).toHaveLength(8)
    await page.click(page.control('4 more'))
    expect(page.all('.loss-table tbody tr')).toHaveLength(12)
    await page.click(page.control('Fewer'))
    expect(page.all('.loss-table tbody tr')).toHaveLength(8)
  })
})

describe('words', () => {
  it('stand for codes; a code without words reads as it is', () => {
    expect(wordsFor('bad-secret')).toBe('wrong secret')
    expect(wordsFor('ETHSTATS_FRAME_INVALID')).toBe('frame invalid')
    expect(wordsFor('something-new')).toBe('something new')
    expect([protocolWords('feed'), protocolWords('mqtt')]).toEqual(['dashboards', 'mqtt'])
  })
})
