/** What became of a block, as far as the core and its reports tell. */
import { percentileOf } from '@netstats/store'
import type { RowOf, Tables } from '@netstats/store'
import type { LastResult, WatchedBlock } from './watched-blocks.ts'

export type BlockResult = Omit<RowOf<Tables['blockResult']>, 'at' | 'seq' | 'network' | 'number' | 'hash64'>

/** Blocks so far below the head may have left the tree because they are old. */
const windowMargin = 1500

/** Its result, which counts as told then; undefined where it says nothing new. `rivals`: others of its height. */
export const takeResult = (block: WatchedBlock, rivals: readonly WatchedBlock[]): BlockResult | undefined => {
  const { lastResult, reports, bins } = block
  const row = block.network.view.block(block.hash)
  const deep = isDeep(block)
  if (row === undefined && deep && reports === lastResult?.reports) return undefined
  const { canonical, nodes } = row ?? (deep ? outsideTree(block, rivals) : leftTree(block))
  if (lastResult?.canonical === canonical && lastResult.nodes === nodes) return undefined
  block.lastResult = { canonical, nodes, reports }
  if (row !== undefined) block.blockTimeMs = row.blockTimeMs
  return {
    canonical,
    blockTimeMs: block.blockTimeMs,
    nodes,
    p50Ms: row === undefined ? percentileOf([...bins], 0.5) : row.p50Ms,
    p95Ms: row === undefined ? percentileOf([...bins], 0.95) : row.p95Ms,
    p99Ms: row === undefined ? percentileOf([...bins], 0.99) : row.p99Ms,
    ...binColumns(bins),
  }
}

type Outcome = Pick<LastResult, 'canonical' | 'nodes'>

const isDeep = ({ network, number }: WatchedBlock): boolean => {
  const head = network.view.head()
  return head !== undefined && head.number - number > windowMargin
}

/** Near the head, a block that is gone has left the chain. */
const leftTree = ({ reports, lastResult }: WatchedBlock): Outcome => ({
  canonical: false,
  nodes: Math.max(reports, lastResult?.nodes ?? 0),
})

/** The core has released it, or never had it: it counts as canonical where no other of its height was seen by more. */
const outsideTree = ({ lastResult, reports }: WatchedBlock, rivals: readonly WatchedBlock[]): Outcome =>
  lastResult === undefined
    ? {
        canonical: rivals.every((one) => one.lastResult?.canonical !== true && one.reports <= reports),
        nodes: reports,
      }
    : { canonical: lastResult.canonical, nodes: lastResult.nodes + reports - lastResult.reports }

type BinColumns = { readonly [K in `delay_h${number}`]: number }
const binColumns = (bins: Uint32Array): BinColumns =>
  Object.fromEntries(Array.from(bins, (count, bin) => [`delay_h${bin}`, count]))
