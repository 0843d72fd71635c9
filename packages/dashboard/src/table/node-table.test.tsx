// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { startKeys } from '../keys.ts'
import { query, route, startRouter } from '../router/location.ts'
import { arrangeSealers } from '../state/sealers.ts'
import { chosenColumns, pinsOf } from '../state/settings.ts'
import { change, type Drawn, draw, plain, visit, widths } from '../testing/page.ts'
import { networkSummary, nodeRow } from '../testing/rows.ts'
import { followHandFeed, type HandFeed } from '../testing/topics.ts'
import { tableColumns } from './columns/mod.ts'
import { NodeTable } from './node-table.tsx'
import { cursorId, sort } from './table-state.ts'

startRouter()
startKeys()
let feed: HandFeed
let width: Disposable
beforeEach(() => {
  feed = followHandFeed()
  width = widths(1400)
  cursorId.value = null
  visit('/n/1')
})
afterEach(() => {
  width[Symbol.dispose]()
  chosenColumns.value = []
  pinsOf('1').value = []
})

const nodes = [
  nodeRow({ id: 'alpha' }),
  nodeRow({ id: 'beta', behind: 3 }),
  nodeRow({ id: 'gamma', state: 'inactive', behind: null }),
]
const data = (ids: readonly string[] = nodes.map(({ id }) => id), total = ids.length) => ({
  total,
  all: nodes.length,
  order: ids,
  rows: Object.fromEntries(nodes.map((row) => [row.id, row])),
})
const table = () => <NodeTable network="1" summary={networkSummary()} sealers={arrangeSealers([])} />
/** Rows are drawn a few a frame. */
const frames = async (): Promise<void> => {
  for (let i = 0; i < 4; i++) await change(() => new Promise((resolve) => requestAnimationFrame(resolve)))
}
const shown = async (ids?: readonly string[]): Promise<Drawn> => {
  const page = await draw(table())
  await change(() => feed.answer('nodes', data(ids)))
  await frames()
  return page
}
const names = (page: Drawn, body = 'tbody'): string[] =>
  page.all(`${body} tr[data-node]`).map((row) => row.dataset['node'] ?? '')
/** The window that was asked for last. */
const wanted = () => feed.opened().findLast((topic) => topic.topic === 'nodes')?.window

describe('the table of nodes', () => {
  it('has a row for each node, with its condition, and says how many there are', async () => {
    using page = await draw(table())
    expect(page.text()).toContain('Loading the nodes…')
    await change(() => feed.answer('nodes', data()))
    await frames()
    expect(names(page)).toEqual(['alpha', 'beta', 'gamma'])
    expect(page.all('tbody tr').map((row) => row.className)).toEqual([
      'line is-head',
      'line is-behind',
      'line is-inactive',
    ])
    expect(page.find('table').getAttribute('aria-rowcount')).toBe('4')
    expect(page.all('tbody tr').map((row) => row.getAttribute('aria-rowindex'))).toEqual(['2', '3', '4'])
    expect(page.text('h2')).toBe('Nodes 3')
  })

  it('sorts by a header, the other way round by a second click, and says so', async () => {
    using page = await shown()
    const header = (): HTMLElement => page.all('th').find((th) => plain(th.textContent) === 'Peers')!
    await page.click(header().querySelector('button')!)
    expect(wanted()).toMatchObject({ sort: 'peers', descending: true, offset: 0 })
    expect(header().getAttribute('aria-sort')).toBe('descending')
    await page.click(header().querySelector('button')!)
    expect(wanted()).toMatchObject({ sort: 'peers', descending: false })
    expect(query.value.get('sort')).toBe('peers')
    // The usual order needs no word in the address.
    await page.click(page.control('Name'))
    await page.click(page.control('Name'))
    await page.click(page.control('Name'))
    expect([query.value.get('sort'), sort.value.column]).toEqual([null, 'name'])
  })

  it('asks for what a ready filter says, and for all again by a second click', async () => {
    using page = await shown()
    await page.click(page.control('inactive'))
    expect([wanted()?.filter, page.control('inactive').getAttribute('aria-pressed')]).toEqual([
      'state:inactive',
      'true',
    ])
    await page.click(page.control('inactive'))
    expect(wanted()?.filter).toBe('')
  })

  it('says that no node matches, or that none has connected', async () => {
    using page = await shown([])
    expect(page.text('.quiet-note')).toBe('No node has connected yet.')
    await page.click(page.control('syncing'))
    expect(page.text('.quiet-note')).toBe('No node matches the filter.')
  })

  it('filters by Enter while typing, and shows where a filter cannot be read', async () => {
    using page = await shown()
    const field = page.find('#filter') as HTMLInputElement
    await page.type(field, 'behind:>')
    await page.press('Enter', field)
    expect(wanted()?.filter).toBe('behind:>')
    await change(() => feed.fail('nodes', { code: 'FEED_FILTER_INVALID', message: 'A number is missing.' }, 'behind:>'))
    expect(page.text('[role=alert]')).toContain('A number is missing.')
    expect(field.getAttribute('aria-invalid')).toBe('true')
    await page.press('Escape', field)
    expect([field.value, wanted()?.filter]).toEqual(['', ''])
  })

  it('puts pinned rows on top', async () => {
    using page = await shown()
    await page.click(page.control('Pin beta'))
    expect(wanted()?.pinned).toEqual(['beta'])
    await change(() => feed.answer('nodes', data(['beta', 'alpha', 'gamma'])))
    await frames()
    expect([names(page, 'tbody.pinned'), names(page)]).toEqual([['beta'], ['beta', 'alpha', 'gamma']])
    expect(page.control('Pin beta').getAttribute('aria-pressed')).toBe('true')
  })

  it('is walked through with the keyboard: j and k move, p pins, Enter opens', async () => {
    using page = await shown()
    await page.press('j')
    await frames()
    await page.press('j')
    await frames()
    expect((document.activeElement as HTMLElement).dataset['node']).toBe('beta')
    await page.press('k')
    await frames()
    expect(cursorId.value).toBe('alpha')
    await page.press('p')
    expect(pinsOf('1').value).toEqual(['alpha'])
    await page.press('Enter')
    expect(route.value).toEqual({ page: 'node', network: '1', node: 'alpha' })
  })

  it('has room for rows that are not in the page', async () => {
    using page = await draw(table())
    await change(() => feed.answer('nodes', { ...data(), total: 500, all: 500 }))
    await frames()
    // Three rows of a window of forty say that these are all.
    expect(page.all('.spacer')).toHaveLength(0)
    const many = Array.from({ length: 40 }, (_, i) => nodeRow({ id: `node-${i}` }))
    const rows = Object.fromEntries(many.map((row) => [row.id, row]))
    await change(() => feed.answer('nodes', { total: 500, all: 500, order: Object.keys(rows), rows }))
    for (let i = 0; i < 3; i++) await frames()
    expect(names(page)).toHaveLength(40)
    expect(page.all('.spacer')).toHaveLength(1)
    expect(page.find('table').getAttribute('aria-rowcount')).toBe('501')
  })
})

describe('columns', () => {
  const headers = (page: Drawn): string[] => page.all('th').map((th) => plain(th.textContent))

  it('are as many as fit, the name always among them', async () => {
    using page = await shown()
    const wide = headers(page).length
    width[Symbol.dispose]()
    width = widths(390)
    using narrow = await shown()
    expect(headers(narrow).length).toBeLessThan(wide)
    expect(headers(narrow)).toContain('Name')
  })

  it('are those that were chosen, until as many as fit are wanted again', async () => {
    using page = await shown()
    const before = headers(page)
    const box = (title: string) =>
      page
        .all('.chooser label')
        .find((label) => plain(label.textContent) === title)!
        .querySelector('input')!
    await change(() => box('Gas price').click())
    expect(headers(page)).toEqual(expect.arrayContaining([...before, 'Gas price']))
    expect(box('Name').disabled).toBe(true)
    await page.click(page.control('As many as fit'))
    expect(headers(page)).toEqual(before)
  })

  it('have keys of their own, sort by a column of the server, and draw every node, whatever is unknown of it', () => {
    expect(new Set(tableColumns.map(({ key }) => key)).size).toBe(tableColumns.length)
    const known = Object.entries(nodeRow())
    const empty = Object.fromEntries(known.map(([key, value]) => [key, typeof value === 'number' ? null : value]))
    const nobody = nodeRow({ ...empty, blockHash: null, blockMiner: null, client: null, clientName: null, os: null })
    const context = { network: '1', sealers: arrangeSealers([]), stripTopMs: 100 }
    for (const column of tableColumns) {
      expect(known.map(([key]) => key)).toContain(column.sort)
      expect(() => column.cell(nobody, context)).not.toThrow()
    }
  })

  it('mark a node without peers only where it falls behind', async () => {
    const peers = tableColumns.find(({ key }) => key === 'peers')!
    const context = { network: '1', sealers: arrangeSealers([]), stripTopMs: 100 }
    using page = await draw(
      <>
        <p>{peers.cell(nodeRow({ peers: 0 }), context)}</p>
        <p>{peers.cell(nodeRow({ peers: 0, behind: 2 }), context)}</p>
      </>,
    )
    expect(page.all('p').map((p) => plain(p.textContent))).toEqual(['0', '0 !'])
  })
})

describe('on the wall', () => {
  it('there are no controls, and nodes in trouble come first', async () => {
    visit('/n/1?wall')
    using page = await shown()
    expect(page.all('input, .cell-pin')).toEqual([])
    expect(wanted()).toMatchObject({ sort: 'behind', descending: true })
  })
})
