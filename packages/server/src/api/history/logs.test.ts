import { createMemoryStore, storeBatchOf, storeRow } from '@netstats/store/testing'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { openTestApi } from './testing/app.ts'
import type { TestApi } from './testing/app.ts'
import { worldEnd, worldStart } from './testing/world.ts'

interface Page {
  readonly from: number
  readonly to: number
  readonly logs: readonly { readonly at: number; readonly node: string | null; readonly message: string }[]
  readonly next: string | null
  readonly previous: string | null
}

const names = {
  network: [{ key: 1, name: '1337', networkId: '1337', firstSeenAt: worldStart }],
  node: [
    { key: 1, network: 1, id: 'a', firstSeenAt: worldStart },
    { key: 2, network: 1, id: 'b/c', firstSeenAt: worldStart },
  ],
}

/** An API over lines at these times, in the order they came; their messages are their numbers. */
const openLines = async (times: readonly number[], more: (i: number) => object = () => ({})): Promise<TestApi> => {
  const store = createMemoryStore()
  const log = times.map((at, i) =>
    storeRow('log', { at: worldStart + at, seq: i + 1, node: null, message: String(i), ...more(i) }),
  )
  await store.write(storeBatchOf({ ...names, log }))
  return openTestApi(store)
}
const messages = ({ logs }: Page): readonly number[] => logs.map(({ message }) => Number(message))
const at = (moment: number): string => `around=${worldStart + moment}`

describe('pages of log lines', () => {
  it('lead to older lines and back to newer ones, each line once, whatever the size of a page', async () => {
    const times = fc.array(fc.nat(3), { maxLength: 30 }).map((steps) => {
      let now = 0
      return steps.map((step) => (now += step))
    })
    await fc.assert(
      fc.asyncProperty(times, fc.integer({ min: 1, max: 12 }), async (times, limit) => {
        await using api = await openLines(times)
        const older: number[] = []
        let last: Page | undefined
        for (let path: string | null = `/networks/1337/logs?limit=${limit}`; path !== null; path = last.next) {
          last = await api.json<Page>(path)
          older.push(...messages(last))
        }
        expect(older).toEqual(times.map((_, i) => i).toReversed())
        const newer = last === undefined ? [] : [...messages(last)]
        for (let path = last?.previous ?? null; path !== null; ) {
          const page: Page = await api.json<Page>(path)
          if (page.logs.length === 0) break
          newer.unshift(...messages(page))
          path = page.previous
        }
        expect(newer).toEqual(older)
      }),
      { numRuns: 40 },
    )
  })

  it('go on from a moment either way: half of the lines are before it, half after it, and more where one side has fewer', async () => {
    await using api = await openLines([0, 1000, 2000, 3000, 4000, 5000, 6000])
    const page = await api.json<Page>(`/networks/1337/logs?${at(3000)}&limit=4`)
    expect(messages(page)).toEqual([5, 4, 3, 2])
    expect(messages(await api.json<Page>(page.next ?? ''))).toEqual([1, 0])
    expect(messages(await api.json<Page>(page.previous ?? ''))).toEqual([6])
    expect(messages(await api.json<Page>(`/networks/1337/logs?${at(-1)}&limit=4`))).toEqual([3, 2, 1, 0])
    expect(messages(await api.json<Page>(`/networks/1337/logs?${at(9000)}&limit=4`))).toEqual([6, 5, 4, 3])
    const narrow = `/networks/1337/logs?${at(3000)}&from=${worldStart + 2500}&to=${worldStart + 4500}`
    expect(messages(await api.json<Page>(narrow))).toEqual([4, 3])
  })

  it('lead to lines that came after the first page was read', async () => {
    const store = createMemoryStore()
    await store.write(storeBatchOf({ ...names, log: [storeRow('log', { at: worldStart, seq: 1, message: '0' })] }))
    await using api = await openTestApi(store)
    const page = await api.json<Page>('/networks/1337/logs')
    const path = page.previous ?? ''
    const empty = await api.json<Page>(path)
    expect([messages(empty), empty.next, empty.previous]).toEqual([[], null, path])
    await store.write(storeBatchOf({ log: [storeRow('log', { at: worldEnd - 1, seq: 2, message: '1' })] }))
    expect(messages(await api.json<Page>(path))).toEqual([1])
    const bounded = await api.json<Page>(`/networks/1337/logs?to=${worldEnd - 1}`)
    expect(messages(await api.json<Page>(bounded.previous ?? ''))).toEqual([])
  })

  it('have lines of one node, also of one whose id is no plain word, with all filters', async () => {
    await using api = await openLines([0, 1, 2, 3], (i) => ({
      node: 1 + (i % 2),
      component: i < 2 ? 'p2p' : 'miner',
      fields: i === 1 ? '{"peers":"4"}' : null,
    }))
    const path = '/networks/1337/nodes/b%2Fc/logs'
    expect(messages(await api.json<Page>(path))).toEqual([3, 1])
    const { logs } = await api.json<Page>(`${path}?component=p2p&severity=info`)
    expect(logs).toMatchObject([{ node: 'b/c', name: 'b/c', component: 'p2p', fields: { peers: '4' } }])
    const page = await api.json<Page>(`${path}?limit=1`)
    expect(messages(await api.json<Page>(page.next ?? ''))).toEqual([1])
    expect(messages(await api.json<Page>('/networks/1337/logs?node=b/c&limit=9'))).toEqual([3, 1])
    expect(await api.problem('/networks/1337/nodes/nobody/logs')).toBe('API_NODE_UNKNOWN')
  })

  it('refuse a cursor of another list, filter or range', async () => {
    await using api = await openLines([0, 1, 2])
    const { next } = await api.json<Page>('/networks/1337/logs?limit=1&severity=7')
    const cursor = new URLSearchParams(next?.replace(/.*\?/, '')).get('cursor')
    for (const other of ['limit=2', 'severity=6', `severity=7&from=${worldStart}`, `severity=7&${at(0)}`])
      expect(await api.problem(`/networks/1337/logs?${other}&cursor=${cursor}`)).toBe('API_CURSOR_INVALID')
    expect(await api.problem(`/networks/1337/nodes/a/logs?severity=7&cursor=${cursor}`)).toBe('API_CURSOR_INVALID')
    expect(await api.problem(`/networks/1337/logs?from=${worldEnd}&to=${worldStart}`)).toBe('API_RANGE_INVALID')
  })
})
