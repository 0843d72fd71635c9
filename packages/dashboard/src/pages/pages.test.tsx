// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { onlyNetwork, query, route, startRouter } from '../router/location.ts'
import { pinsOf, sealersOf } from '../state/settings.ts'
import { change, type Drawn, draw, plain, visit, widths } from '../testing/page.ts'
import { blockDetail, blockRow, networkSummary, nodeRow } from '../testing/rows.ts'
import { createHandSource, followHandFeed, type HandFeed } from '../testing/topics.ts'
import { BlockPage } from './block-page.tsx'
import { HomePage } from './home-page.tsx'
import { HistoryFault, NetworkFault, RestFault } from './message.tsx'
import { NetworkPage } from './network-page.tsx'
import { NodePage } from './node-page.tsx'

startRouter()
let feed: HandFeed
let width: Disposable
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  feed = followHandFeed()
  width = widths(900)
  visit('/n/1337')
})
afterEach(() => {
  // Topics are kept for a second after their page has gone.
  vi.advanceTimersByTime(1000)
  vi.useRealTimers()
  width[Symbol.dispose]()
})

const blocks = [102, 101, 100].map((number) => blockRow({ number }))
const answerNetwork = (fields: Parameters<typeof networkSummary>[0] = {}): Promise<void> =>
  change(() => {
    feed.answer('summary', networkSummary(fields))
    feed.answer('blocks', { blocks })
  })
/** What a list of facts says of a name. */
const fact = (page: Drawn, name: string): string | undefined => {
  const found = page.all('.fact-list dl > div').find((div) => div.querySelector('dt')?.textContent === name)
  return found && plain(found.querySelector('dd')?.textContent)
}

describe('the first page', () => {
  it('tells how to connect a node while there is no network', async () => {
    using page = await draw(<HomePage />)
    expect(page.text()).toContain('the networks')
    await change(() => feed.answer('networks', { networks: [] }))
    expect(page.text('h1')).toBe('Waiting for the first node')
    expect(
      page
        .all('pre')
        .map((pre) => plain(pre.textContent))
        .join(' '),
    ).toContain('ws://localhost:3000')
    expect(document.title).toBe('Waiting for the first node · netstats')
  })

  it('is the page of the only network, which keys and bars then are about', async () => {
    using page = await draw(<HomePage />)
    await change(() => feed.answer('networks', { networks: [networkSummary()] }))
    await answerNetwork()
    expect(onlyNetwork.value).toBe('1337')
    expect(page.find('[aria-label="Network at a glance"]')).toBeDefined()
    page[Symbol.dispose]()
    expect(onlyNetwork.value).toBeUndefined()
  })

  it('lists networks where there are several, and which of them is split', async () => {
    using page = await draw(<HomePage />)
    const split = { since: 1, number: 90, branches: [] }
    await change(() => feed.answer('networks', { networks: [networkSummary(), networkSummary({ key: '2', split })] }))
    expect(page.text('h1')).toBe('2 networks')
    expect(page.all('.networks a').map((a) => a.getAttribute('href'))).toEqual(['/n/1337', '/n/2'])
    expect(page.all('.split-word').map((b) => b.textContent)).toEqual([', split above block 90'])
    expect(onlyNetwork.value).toBeUndefined()
  })
})

describe('the page of a network', () => {
  it('shows its summary, recorder, blocks and clients; a client filters the table', async () => {
    using page = await draw(<NetworkPage network="1337" />)
    expect(page.text()).toContain('Loading the network')
    await answerNetwork()
    expect(page.text('.nodes-count')).toBe('3 of 3 active')
    expect(page.all('.blocks-table tbody tr')).toHaveLength(3)
    await page.click(page.find('.shares li.is-version button'))
    expect(query.value.get('q')).toBe('family:geth version:=1.13.15')
  })

  it('remembers who sealed, and keeps a lane for those that fell silent', async () => {
    sealersOf('1337').value = [{ address: `0x${'b'.repeat(40)}`, number: 1, last: 90 }]
    using page = await draw(<NetworkPage network="1337" />)
    await answerNetwork()
    expect(sealersOf('1337').value.map(({ number, last }) => [number, last])).toEqual([
      [1, 90],
      [2, 102],
    ])
    expect(page.all('.lanes .is-silent')).toHaveLength(1)
    sealersOf('1337').value = []
  })

  it('says who follows which branch of a split', async () => {
    using page = await draw(<NetworkPage network="1337" />)
    const branch = { from: '0x1', number: 102, hash: '0xaa', nodes: 8, named: [{ id: 'a/b', name: 'Ada' }] }
    await answerNetwork({ split: { since: 1, number: 99, branches: [branch, { ...branch, from: '0x2', nodes: 1 }] } })
    expect(page.text('.split-notice p')).toMatch(/^Split above block 99, .*: nodes follow 2 branches\.$/)
    expect(page.all('.split-notice li').map((li) => plain(li.textContent))).toEqual([
      expect.stringContaining('8 nodes, with the head: Ada and 7 more'),
      expect.stringMatching(/1 node: Ada$/),
    ])
    expect(page.find('.split-notice li a:last-child').getAttribute('href')).toBe('/n/1337/nodes/a%2Fb')
  })

  it('says why where there is no such network', async () => {
    using page = await draw(<NetworkPage network="1337" />)
    await change(() => feed.fail('summary', { code: 'FEED_NETWORK_UNKNOWN', message: 'No node of it was here.' }))
    expect(page.text('h1')).toBe('No network 1337')
    expect(page.text()).toContain('No node of it was here. FEED_NETWORK_UNKNOWN')
  })
})

describe('the page of a node', () => {
  const shown = async (row = nodeRow()): Promise<Drawn> => {
    const page = await draw(<NodePage network="1337" node="alpha" />)
    await answerNetwork()
    await change(() => feed.answer('node', row))
    return page
  }

  it('says how it is and what it reports; what is not known is a dash', async () => {
    using page = await shown(nodeRow({ behind: 3, gasPrice: null, mining: null, polled: true }))
    expect(page.text('.page-head p')).toContain('behind, 3 behind the head, active for')
    expect(fact(page, 'Client')).toBe('geth 1.13.15')
    expect(fact(page, 'Gas price')).toBe('–')
    expect(fact(page, 'Seals blocks')).toBe('–')
    expect(fact(page, 'Uptime, measured')).toBe('99.50 %')
    expect(document.title).toBe('alpha · netstats')
  })

  it('draws its delays, and tells what it missed from what was before it came', async () => {
    using page = await shown(nodeRow({ propagation: [-1, -1, 40, -1, 60] }))
    const marks = (selector: string): number => (page.find(selector).getAttribute('d') ?? '').split('M').length - 1
    expect(page.text('.delays header p')).toContain('1 not reported')
    expect(marks('.delays .bars.is-missing')).toBe(1)
    expect(marks('.delays .bars:not(.is-missing):not(.is-pale)')).toBe(2)
    expect(plain(page.find('.delays svg').getAttribute('aria-label'))).toBe('2 delays between 40 ms and 60 ms')
  })

  it('is pinned for the table', async () => {
    using page = await shown()
    await page.click(page.control('Pin to the top'))
    expect(pinsOf('1337').value).toEqual(['alpha'])
    await page.click(page.control('Pinned'))
    expect(pinsOf('1337').value).toEqual([])
  })

  it('leads to its history, its logs and its alarms', async () => {
    using page = await shown(nodeRow({ id: 'a b' }))
    expect(page.control('Charts of its history').getAttribute('href')).toBe('/n/1337/nodes/a%20b/history')
    expect(page.control('Its logs').getAttribute('href')).toBe('/n/1337/logs?node=a+b')
    expect(page.control('Its alarms').getAttribute('href')).toBe('/n/1337/alarms?view=history&node=a+b')
  })

  it('says that there is no such node', async () => {
    using page = await draw(<NodePage network="1337" node="alpha" />)
    await answerNetwork()
    await change(() => feed.answer('node', null))
    expect(page.text('h1')).toBe('No node alpha')
  })
})

describe('the page of a block', () => {
  const shown = async (block = blockDetail()): Promise<Drawn> => {
    const page = await draw(<BlockPage network="1337" hash={block.hash} />)
    await answerNetwork({ active: 4 })
    await change(() => feed.answer('block', block))
    return page
  }

  it('says how it spread, and which of the active nodes have not reported it', async () => {
    using page = await shown()
    expect(page.text('.spread header p')).toContain('3 of 4 active nodes reported it, 1 have not · half within 40 ms')
    expect(page.all('.spread .marker')).toHaveLength(3)
  })

  it('lists who reported it, the slowest first where that is wanted, a portion at a time', async () => {
    const seenBy = Array.from({ length: 100 }, (_, i) => [`node-${i}`, i * 10] as const)
    using page = await shown(blockDetail({ seenBy }))
    const first = (): string | undefined => page.all('.seen-by li a')[0]?.textContent ?? undefined
    expect([first(), page.all('.seen-by li').length]).toEqual(['node-0', 60])
    await page.click(page.control('40 more of 100'))
    expect(page.all('.seen-by li')).toHaveLength(100)
    await page.click(page.control('slowest first'))
    expect([first(), page.all('.seen-by li').length]).toEqual(['node-99', 60])
  })

  it('names its relatives, and says where it lost its height', async () => {
    using page = await shown(blockDetail({ canonical: false, siblings: ['0xabc'] }))
    expect(page.text('h1')).toContain('Block, not canonical')
    expect(fact(page, 'Others at its height')).toBe('0xabc')
    expect(fact(page, 'Gas used')).toMatch(/^1.000.000 \(3.3.%\)$/)
  })

  it('that nobody reported live has nothing to tell of its travel', async () => {
    using page = await shown(blockDetail({ seenBy: [], p50Ms: null, p95Ms: null, p99Ms: null }))
    expect(page.text('.spread')).toContain('No live report')
    expect(page.all('.seen-by')).toEqual([])
  })

  it('that is not known is said to be old, or of another network', async () => {
    using page = await draw(<BlockPage network="1337" hash="0xdead" />)
    await answerNetwork()
    await change(() => feed.answer('block', null))
    expect(page.text()).toContain('No such block here')
    expect(page.text()).toContain('the newest blocks only')
  })
})

describe('in the past', () => {
  it('pages say of what moment nothing is known, and lead back to live', async () => {
    visit('/n/1337?at=2026-11-23T14:03:20Z')
    const past = createHandSource('past')
    feed.past.value = past
    using page = await draw(<NetworkPage network="1337" />)
    await change(() => past.fail('summary', { code: 'API_TIME_UNKNOWN', message: 'No rows.' }))
    expect(page.text('h1')).toBe('Nothing is known of that time')
    expect(page.all('button').map((button) => button.textContent)).toEqual(['Back to live'])
    await change(() => past.fail('summary', { code: 'API_HISTORY_UNAVAILABLE', message: 'The store is closed.' }))
    expect(page.text('p')).toBe('The store is closed. API_HISTORY_UNAVAILABLE')
    expect(page.all('button').map((button) => button.textContent)).toEqual(['Try again', 'Back to live'])
    await page.click(page.control('Back to live'))
    expect(window.location.search).toBe('')
    expect(route.value).toEqual({ page: 'network', network: '1337' })
  })
})

describe('what stands in place of a page', () => {
  const fault = { code: 'API_X', message: 'Because.' }

  it('says who may see it', async () => {
    const title = async (status: number): Promise<string> => {
      using page = await draw(<RestFault what="the server" fault={fault} status={status} />)
      return page.text('h1')
    }
    expect(await Promise.all([401, 403, 404, 500].map(title))).toEqual([
      'Log in to see the server',
      'Your role is too low to see the server',
      'This server does not show the server',
      'The server could not be loaded',
    ])
  })

  it('leads to the login where that would help', async () => {
    using page = await draw(<RestFault what="the server" fault={fault} status={401} />)
    expect(page.control('Log in').getAttribute('href')).toBe('/login?next=%2Fn%2F1337')
  })

  it('has the words of the server where it has none of its own, and another try', async () => {
    const retry = vi.fn()
    using page = await draw(<HistoryFault fault={fault} retry={retry} />)
    expect(page.text('p')).toBe('The history could not be read. Because. API_X')
    await page.click(page.control('Try again'))
    expect(retry).toHaveBeenCalledTimes(1)
    using network = await draw(<NetworkFault network="9" fault={fault} />)
    expect(network.text('h1')).toBe('No network 9')
  })
})
