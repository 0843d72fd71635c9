// @vitest-environment happy-dom
import { useSignal } from '@preact/signals'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { change, draw } from '../testing/page.ts'
import { answerRest } from '../testing/rest.ts'
import { useList, usePoll } from './follow.ts'

let hidden = false
const look = (away: boolean): Promise<void> =>
  change(() => {
    hidden = away
    document.dispatchEvent(new Event('visibilitychange'))
  })
const pass = (ms: number): Promise<void> => change(() => vi.advanceTimersByTime(ms))

beforeEach(() => {
  vi.useFakeTimers()
  vi.spyOn(document, 'hidden', 'get').mockImplementation(() => hidden)
})
afterEach(() => {
  hidden = false
  vi.useRealTimers()
  vi.restoreAllMocks()
})

describe('a question asked again and again', () => {
  const told: unknown[] = []
  const Poll = () => {
    const { fault, status, heardAt } = usePoll('/server', 2000, (data) => told.push(data)).value
    return <p>{`${fault?.code ?? 'well'} ${status} ${heardAt === 0 ? 'never' : 'heard'}`}</p>
  }
  beforeEach(() => void (told.length = 0))

  it('tells each good answer once, and says since when there is none', async () => {
    using server = answerRest({ '/server': { n: 1 } })
    using page = await draw(<Poll />)
    expect([told, page.text()]).toEqual([[{ n: 1 }], 'well 200 heard'])
    await pass(1999)
    expect(server.asked).toHaveLength(1)
    server.answer('/server', { n: 2 })
    await pass(1)
    expect(told).toEqual([{ n: 1 }, { n: 2 }])
    server.answer('/server', 503)
    await pass(2000)
    expect([told.length, page.text()]).toEqual([2, 'API_503 503 heard'])
    server.answer('/server', { n: 3 })
    await pass(2000)
    expect([told.at(-1), page.text()]).toEqual([{ n: 3 }, 'well 200 heard'])
  })

  it('rests while nobody looks, and is asked at once when somebody does', async () => {
    using server = answerRest({ '/server': {} })
    using _page = await draw(<Poll />)
    await look(true)
    await pass(60_000)
    expect(server.asked).toHaveLength(1)
    await look(false)
    expect(server.asked).toHaveLength(2)
    await pass(2000)
    expect(server.asked).toHaveLength(3)
  })

  it('ends with the page that asked', async () => {
    using server = answerRest({ '/server': {} })
    const page = await draw(<Poll />)
    page[Symbol.dispose]()
    await pass(60_000)
    await look(false)
    expect(server.asked).toHaveLength(1)
  })
})

describe('a list read page by page', () => {
  const List = ({ path }: { readonly path: string }) => {
    const { state, older } = useList<number>(path, 'rows')
    const { rows, fault, waiting, more } = state.value
    return (
      <>
        <p>{[rows.join(), waiting && 'waiting', more && 'more', fault?.code].filter(Boolean).join(' ')}</p>
        <button type="button" onClick={older}>
          Older
        </button>
      </>
    )
  }
  const next = (path: string): string => `/netstats/api/v1${path}`

  it('adds each page to those before until there is none, whatever stands before the path', async () => {
    using server = answerRest({ '/logs': { rows: [9, 8], next: next('/logs2?before=8') }, '/logs2': { rows: [7] } })
    using page = await draw(<List path="/logs" />)
    expect(page.text('p')).toBe('9,8 more')
    await page.click(page.control('Older'))
    expect(page.text('p')).toBe('9,8,7')
    await page.click(page.control('Older'))
    expect(server.asked.map(({ path }) => path)).toEqual(['/logs', '/logs2?before=8'])
  })

  it('asks for a page that failed again, and keeps those before', async () => {
    using server = answerRest({ '/logs': { rows: [9], next: next('/older') }, '/older': 503 })
    using page = await draw(<List path="/logs" />)
    await page.click(page.control('Older'))
    expect(page.text('p')).toBe('9 more API_503')
    server.answer('/older', { rows: [8] })
    await page.click(page.control('Older'))
    expect(page.text('p')).toBe('9,8')
  })

  it('begins again with another question', async () => {
    using _server = answerRest({ '/a': { rows: [1, 2] }, '/b': { rows: [3] } })
    let show: (path: string) => void = () => undefined
    using page = await draw(<Switch path="/a" onReady={(set) => (show = set)} />)
    expect(page.text('p')).toBe('1,2')
    await change(() => show('/b'))
    expect(page.text('p')).toBe('3')
  })

  function Switch({
    path,
    onReady,
  }: {
    readonly path: string
    readonly onReady: (set: (path: string) => void) => void
  }) {
    const now = useSignal(path)
    onReady((next) => void (now.value = next))
    return <List path={now.value} />
  }
})
