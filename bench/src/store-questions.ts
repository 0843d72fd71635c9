/** The queries of the published comparison of stores, with the time each may take, and the one a restart asks. */
import type { Store } from '@netstats/store'
import { blockAt, network } from './store-rows.ts'
import { needle } from './store-values.ts'

/** What is in the store: seconds `from` to `to` of the data that begins at `base`. */
export interface Loaded {
  readonly nodes: number
  readonly base: number
  readonly from: number
  readonly to: number
}

export interface Question {
  readonly id: string
  readonly what: string
  /** Milliseconds it may take when warm; null where there is no goal. */
  readonly goalMs: number | null
  /** Asks for the `i`th time, each time something a little different; gives how many rows came. */
  ask(store: Store, i: number): Promise<number>
  /** With fewer rows than this the time says nothing. */
  readonly atLeast: number
}

const hour = 3600

// oxlint-disable-next-line max-lines-per-function -- one list: each entry is a query, its time limit and the least answer it may give
export const questionsOf = ({ nodes, base, from, to }: Loaded): readonly Question[] => {
  const end = base + to * 1000
  const range = { from: Math.max(base + from * 1000, end - hour * 1000), to: end }
  const minutes = Math.floor((range.to - range.from) / 60_000)
  const blocks = Math.min(200, Math.floor((to - from) / 5) - 22)
  const last = blockAt(to) - 2
  const nodeOf = (i: number): number => 1 + ((i * 7919) % nodes)
  const nodeHour = (store: Store, i: number, bucketMs: number): Promise<number> =>
    store
      .nodeSeries({ network, node: nodeOf(i), metrics: ['latencyMs', 'peers', 'pending'], ...range, bucketMs })
      .then(({ metrics }) => metrics.latencyMs.n.filter((n) => n > 0).length)
  return [
    {
      id: 'Q1',
      what: 'one node, an hour, 1 min buckets',
      goalMs: 50,
      atLeast: minutes - 2,
      ask: (store, i) => nodeHour(store, i, 60_000),
    },
    {
      id: 'Q1r',
      what: 'the same in 10 s buckets, from raw rows',
      goalMs: null,
      atLeast: minutes * 3,
      ask: (store, i) => nodeHour(store, i, 10_000),
    },
    {
      id: 'Q2',
      what: 'network, an hour from roll-ups, 10 s buckets, percentiles',
      goalMs: 20,
      atLeast: minutes * 6 - 12,
      ask: async (store) => {
        const metrics = ['active', 'latencyMs', 'propagationMs', 'gasPrice'] as const
        const series = await store.networkSeries({ network, metrics, ...range, bucketMs: 10_000 })
        return series.metrics.latencyMs.p95?.filter((value) => value !== null).length ?? 0
      },
    },
    {
      id: 'Q3',
      what: `propagation of ${blocks} blocks from single sights`,
      goalMs: 200,
      atLeast: blocks - 2,
      ask: async (store, i) => {
        const toNumber = last - (i % 20)
        const heights = { fromNumber: toNumber - blocks + 1, toNumber }
        const times = { from: Math.max(base, end - (blocks + 22) * 5000), to: end }
        return (await store.propagation({ network, ...heights, ...times })).length
      },
    },
    {
      id: 'Q4',
      what: 'latest report of all nodes (15 s)',
      goalMs: 150,
      atLeast: nodes,
      ask: async (store, i) => {
        const until = end - (i % 10) * 1000
        return (await store.latest({ network, from: until - 15_000, to: until })).length
      },
    },
    {
      id: 'Q5',
      what: 'log: substring, severity, an hour; newest 100',
      goalMs: 150,
      atLeast: Math.min(100, Math.floor((Math.min(hour, to - from) * Math.round(nodes / 60)) / 1000) - 2),
      ask: async (store, i) => {
        const times = { from: range.from, to: range.to - (i % 10) * 1000 }
        return (await store.logs({ network, range: times, text: needle, severity: 4, limit: 100 })).length
      },
    },
    {
      id: 'M',
      what: 'the network as it was five minutes ago',
      goalMs: null,
      atLeast: nodes,
      ask: async (store, i) => {
        const at = end - (300 + (i % 10)) * 1000
        return (await store.moment({ network, at, blocks: 100, sightings: 20 })).nodes.length
      },
    },
  ]
}

/** Milliseconds of one question; throws where the answer is too small to be one. */
export const timed = async (store: Store, question: Question, i: number): Promise<number> => {
  const began = performance.now()
  const rows = await question.ask(store, i)
  const ms = performance.now() - began
  if (rows < question.atLeast)
    throw new Error(`${question.id} gave ${rows} rows, at least ${question.atLeast} were expected`)
  return ms
}
