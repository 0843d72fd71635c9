import { describe, expect, it } from 'vitest'
import { answerOf, factsOf, processOf, workOf } from '../testing/server-facts.ts'
import { readServer } from './answer.ts'

const work = workOf({
  connections: { ethstats: 5, netstats: 2, feed: 3, primus: 1, external: 0 },
  sessions: { ethstats: 4, netstats: 2 },
  logins: { ethstats: 9, netstats: 3 },
  refused: { 'bad-secret': 2 },
  ended: { silent: 1 },
  received: { messages: 100, bytes: 4096 },
  shed: { latency: { items: 3, bytes: 1 } },
  faults: { ethstats: { binary: 1 }, netstats: {}, http: { timeout: 2 } },
  queue: { items: 7, bytes: 700 },
  batches: { observations: 50, nacks: { busy: 1 } },
  credit: { window: 1000, inFlight: 10 },
})
const store = {
  lagMs: 1200,
  pendingRows: 40,
  bufferBytes: 1000,
  writtenRows: 5,
  slowestWriteMs: 90,
  errors: { STORE_FULL: 1 },
  shed: { sample: { memory: 2 } },
  diskBytes: 2048,
  files: 3,
}

describe('the answer of the server', () => {
  it('becomes the figures of the pages', () => {
    const facts = factsOf({
      work,
      store,
      deliveries: { streams: 3, open: 2, received: 50, duplicates: 4, missing: 1, missingRanges: 2 },
      slowViewers: 1,
      core: { networks: 2, nodes: 7, blocks: 90, inputs: 400, errors: 1 },
      processes: [processOf({ work, startedAt: 5000, cpuMs: 250, rssBytes: 1 << 20 })],
    })
    expect(readServer(answerOf(facts))).toEqual(facts)
  })

  it('counts what is absent as zero, and knows neither store nor files where nothing is said of them', () => {
    const { processes, ...answer } = answerOf(factsOf())
    const [process] = processes
    const facts = readServer({ ...answer, metrics: {}, processes: [{ name: 'server', pid: 1, at: 0, metrics: {} }] })
    expect(facts).toMatchObject({ store: null, slowViewers: 0, work: { logins: { ethstats: 0 }, shed: {} } })
    expect(facts.processes[0]).toMatchObject({ openFiles: null, openFilesLimit: null, cpuMs: 0 })
    expect(process?.name).toBe('server')
  })

  it('adds up what both protocols have refused', () => {
    const answer = answerOf(factsOf())
    const metrics = {
      ...answer.metrics,
      ethstats_refused_total: { 'bad-secret': 1, silent: 1 },
      netstats_refused_total: { 'bad-secret': 2 },
    }
    expect(readServer({ ...answer, metrics }).work.refused).toEqual({ 'bad-secret': 3, silent: 1 })
  })
})
