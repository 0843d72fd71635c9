import type { BlockRow, NodeColumn, NodeRow } from '@netstats/protocol/feed'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createCore } from './mod.ts'
import type { Applied, Core, CoreOptions, NetworkView } from './mod.ts'
import type { Names } from './change-set.ts'
import { randomLog } from './testing/random-log.ts'

// Bounds so small that every log of a hundred inputs reaches them.
const tight: Partial<CoreOptions> = {
  silentAfterMs: 20_000,
  forgetAfterMs: 60_000,
  headGraceMs: 5000,
  maxNetworks: 3,
  maxNodesPerNetwork: 4,
  windowHeights: 10,
  maxForksPerHeight: 3,
  maxSideBlocks: 8,
  maxFirstSeen: 12,
}
const everything = 1_000_000
// The time limit ends shrinking, which may take minutes on logs this long; a passing run needs a third of it.
const settings = (numRuns: number) => ({ numRuns, interruptAfterTimeLimit: 20_000 })

const blocksOf = (view: NetworkView): readonly BlockRow[] => view.blocks(everything)
const rowsOf = (view: NetworkView): readonly NodeRow[] => [...view.nodeIds()].map((id) => view.node(id) as NodeRow)

const picture = (core: Core) =>
  core.networks().map((view) => ({
    key: view.key,
    rows: rowsOf(view),
    blocks: blocksOf(view).map((block) => view.blockDetail(block.hash)),
    summary: view.summary(),
    missing: view.missing(everything),
  }))

/** What an input did, as plain data: the event itself is used again for the next one. */
const inWords = ({ network, node, report, blocks, changes }: Applied) => ({
  subject: node === undefined ? undefined : `${network}/${node.id} at ${node.slot}`,
  report: report && [report.block.hash, report.delayMs, report.seenAt, report.isBelowWindow],
  blocks: blocks.map((event) => `${event.type} ${event.network} ${event.block.hash}`),
  changes: [...changes],
})

const checkRows = (view: NetworkView): void => {
  const rows = rowsOf(view)
  expect(rows.length).toBe(view.nodeCount)
  expect(rows.length).toBeLessThanOrEqual(tight.maxNodesPerNetwork as number)
  const head = view.head()
  for (const row of rows) {
    const columns = Object.keys(row).map((column) => [column, view.column(row.id, column as NodeColumn)])
    expect(Object.fromEntries(columns)).toEqual(row)
    expect(row.propagation).toHaveLength(40)
    const known = row.blockNumber !== null && head !== undefined
    expect(row.behind).toBe(known ? Math.max(0, head.number - row.blockNumber) : null)
    const measured = row.propagation.filter((delay) => delay >= 0)
    const mean = measured.length === 0 ? null : Math.round(measured.reduce((a, b) => a + b, 0) / measured.length)
    expect(row.propagationAvgMs).toBe(mean)
    expect(row.uptime).toBeGreaterThanOrEqual(0)
    expect(row.uptime).toBeLessThanOrEqual(100)
    const block = row.blockHash === null ? undefined : view.block(row.blockHash)
    if (block !== undefined) expect(block).toMatchObject({ number: row.blockNumber, miner: row.blockMiner })
  }
}

const checkTree = (view: NetworkView): void => {
  const blocks = blocksOf(view)
  const head = view.head()
  const side = blocks.filter((block) => !block.canonical)
  expect(side.length).toBeLessThanOrEqual(tight.maxSideBlocks as number)
  const sights = blocks.map((block) => view.blockDetail(block.hash)?.seenBy.length ?? 0)
  expect(sights.reduce((a, b) => a + b, 0)).toBeLessThanOrEqual(tight.maxFirstSeen as number)
  for (const block of blocks) {
    const here = view.hashesAt(block.number)
    expect(here).toContain(block.hash)
    expect(here.length).toBeLessThanOrEqual(tight.maxForksPerHeight as number)
    expect(block.forks).toBe(here.length - 1)
    if (here.some((hash) => view.block(hash)?.canonical)) expect(view.block(here[0] ?? '')?.canonical).toBe(true)
    expect(here.filter((hash) => view.block(hash)?.canonical).length).toBeLessThanOrEqual(1)
    const detail = view.blockDetail(block.hash)
    const delays = detail?.seenBy.map(([, delay]) => delay) ?? []
    expect([...delays].sort((a, b) => a - b)).toEqual(delays)
    expect(new Set(detail?.seenBy.map(([node]) => node)).size).toBe(delays.length)
    expect(block.nodes).toBeGreaterThanOrEqual(delays.length)
    if (head !== undefined) expect(block.number).toBeGreaterThan(head.number - (tight.windowHeights as number))
  }
  if (head === undefined) return expect(blocks.filter((block) => block.canonical)).toEqual([])
  expect(head.canonical).toBe(true)
  expect(blocks.filter((block) => block.canonical && block.number > head.number)).toEqual([])
  // Down from the head every known parent is canonical, and no canonical block stands where another's parent should.
  for (const block of blocks) {
    if (!block.canonical) continue
    const parent = view.block(block.parentHash)
    if (parent?.number === block.number - 1) expect(parent.canonical).toBe(true)
    const below = view.hashesAt(block.number - 1).find((hash) => view.block(hash)?.canonical)
    if (below !== undefined && !/^0x0+$/.test(block.parentHash)) expect(below).toBe(block.parentHash)
  }
  const known = new Set(blocks.filter((block) => block.canonical).map((block) => block.number))
  const base = Math.max(0, head.number - (tight.windowHeights as number) + 1)
  const missing: number[] = []
  for (let n = base; n < head.number; n++) if (!known.has(n)) missing.push(n)
  // Where the assumed chain has been shown to be another, what it has below is asked for too.
  const wanted = view.missing(everything)
  expect(wanted.filter((n) => !known.has(n))).toEqual(missing)
  const inDoubt = wanted.filter((n) => known.has(n))
  expect(wanted.filter((n) => n <= (inDoubt.at(-1) ?? -1))).toHaveLength(
    Math.max(0, (inDoubt.at(-1) ?? base - 1) - base + 1),
  )
  expect(view.missing(2)).toEqual(wanted.slice(-2))
}

const checkSummary = (view: NetworkView): void => {
  const rows = rowsOf(view)
  const summary = view.summary()
  const head = view.head()
  const active = rows.filter((row) => row.state === 'active')
  const canonical = blocksOf(view)
    .filter((block) => block.canonical)
    .slice(0, 60)
  const sights = canonical.map((block) => view.blockDetail(block.hash)?.seenBy.length ?? 0)
  const samples = sights.reduce((a, b) => a + b, 0)
  expect(summary).toMatchObject({
    nodes: rows.length,
    active: active.length,
    syncing: active.filter((row) => row.syncing === true).length,
    atHead: head === undefined ? 0 : active.filter((row) => row.blockHash === head.hash).length,
    behind: active.filter((row) => row.behind !== null && row.behind >= 2).length,
    head: head ?? null,
  })
  expect(summary.propagation.samples).toBe(samples)
  expect(summary.propagation.counts.reduce((a, b) => a + b, 0)).toBe(samples)
  expect(summary.series.numbers).toEqual(canonical.map((block) => block.number).reverse())
  expect(summary.clients.reduce((sum, share) => sum + share.count, 0)).toBe(rows.length)
  expect(summary.versions.reduce((sum, share) => sum + share.count, 0)).toBe(rows.length)
  for (const value of Object.values(summary)) if (typeof value === 'number') expect(Number.isFinite(value)).toBe(true)
}

describe('the core under random inputs', () => {
  it('gives the same rows for the same inputs', () => {
    fc.assert(
      fc.property(randomLog(), (log) => {
        const once = createCore(tight)
        const again = createCore(tight)
        const first = log.map((input) => inWords(once.apply(input)))
        // Asking in between must change nothing.
        const second = log.map((input) => {
          const said = inWords(again.apply(input))
          for (const view of again.networks()) view.takeChangeSet()
          picture(again)
          return said
        })
        expect(second).toEqual(first)
        expect(picture(again)).toEqual(picture(once))
        expect(again.counts()).toEqual(once.counts())
      }),
      settings(100),
    )
  })

  it('says of every input which node it was about, what it reported, which blocks are new and which are on the chain', () => {
    fc.assert(
      fc.property(randomLog(), (log) => {
        const core = createCore(tight)
        const canonical = new Map<string, boolean>()
        /** Reports of blocks that have been in the tree since. */
        let reported: { readonly block: string; readonly node: object }[] = []
        for (const input of log) {
          const before = new Set(core.networks().flatMap((view) => blocksOf(view).map(({ hash }) => view.key + hash)))
          reported = reported.filter(({ block }) => before.has(block))
          const { node, network, report, blocks } = core.apply(input)
          if (node !== undefined) expect(core.network(network ?? '')?.record(node.id)).toBe(node)
          for (const event of blocks) {
            const key = event.network + event.block.hash
            if (event.type === 'canonical-changed') canonical.set(key, event.block.canonical)
            else expect(before.has(key)).toBe(event.type === 'block-learned')
          }
          const known = core
            .networks()
            .flatMap((view) => blocksOf(view).map((row) => [view.key + row.hash, row] as const))
          for (const [key, row] of known) expect(row.canonical).toBe(canonical.get(key) ?? false)
          const keys = new Set(known.map(([key]) => key))
          for (const key of canonical.keys()) if (!keys.has(key)) canonical.delete(key)
          if (report === undefined) continue
          expect(input).toMatchObject({ type: 'observation', observation: { kind: 'block', node: node?.id } })
          expect(report.seenAt).toBeLessThanOrEqual(input.at)
          if (report.isBelowWindow || node === undefined) continue
          const block = `${network}${report.block.hash}`
          expect(reported.some((one) => one.block === block && one.node === node)).toBe(false)
          reported.push({ block, node })
        }
      }),
      settings(100),
    )
  })

  it('keeps rows, tree and summary consistent and inside their bounds', () => {
    fc.assert(
      fc.property(randomLog(), (log) => {
        const core = createCore(tight)
        for (const [i, input] of log.entries()) {
          core.apply(input)
          // Every state is the end of some log; checking a part of them leaves time for more logs.
          if (i % 7 !== 0 && i < log.length - 1) continue
          expect(core.networks().length).toBeLessThanOrEqual((tight.maxNetworks as number) + 1)
          for (const view of core.networks()) {
            checkRows(view)
            checkTree(view)
            checkSummary(view)
          }
        }
      }),
      settings(200),
    )
  })

  it('names every changed row, and no row as both changed and removed', () => {
    fc.assert(
      fc.property(randomLog(), fc.integer({ min: 1, max: 7 }), (log, every) => {
        const core = createCore(tight)
        const shadows = new Map<string, Shadow>()
        log.forEach((input, i) => {
          for (const change of core.apply(input).changes)
            if (change.type === 'network-removed') shadows.delete(change.network)
          if (i % every !== 0) return
          for (const view of core.networks()) {
            const shadow = shadows.get(view.key) ?? { nodes: new Map(), blocks: new Map(), summary: '' }
            shadows.set(view.key, shadow)
            const dirty = view.takeChangeSet()
            const summary = JSON.stringify(view.summary())
            if (!dirty.summary) expect(summary).toBe(shadow.summary)
            shadow.summary = summary
            follow(shadow.nodes, rowsOf(view), (row) => row.id, dirty.nodes, dirty.removedNodes)
            follow(shadow.blocks, blocksOf(view), (row) => row.hash, dirty.blocks, dirty.removedBlocks)
          }
        })
      }),
      settings(200),
    )
  })
})

interface Shadow {
  readonly nodes: Map<string, string>
  readonly blocks: Map<string, string>
  summary: string
}

/** Applies the dirty sets to a copy and compares it with the truth. */
const follow = <Row>(
  shadow: Map<string, string>,
  rows: readonly Row[],
  idOf: (row: Row) => string,
  changed: Names,
  removed: ReadonlySet<string>,
): void => {
  const truth = new Map(rows.map((row) => [idOf(row), JSON.stringify(row)]))
  for (const id of removed) {
    expect(changed.has(id)).toBe(false)
    shadow.delete(id)
  }
  for (const id of changed) {
    const row = truth.get(id)
    expect(row).toBeDefined()
    shadow.set(id, row as string)
  }
  expect(Object.fromEntries(shadow)).toEqual(Object.fromEntries(truth))
}
