/** Batches that touch every sort of file, and what a store must hold after some number of them. For tests. */
import { tables } from '../../../tables.ts'
import type { Store } from '../../../store.ts'
import type { StoreBatch } from '../../../batch.ts'
import type { TableName } from '../../../tables.ts'
import { storeBatchOf } from '../../../memory/mod.ts'
import type { StoreRows } from '../../../memory/mod.ts'

export const hour = 3_600_000
export const day = 24 * hour
export const retention = { raw: 2 * day, logs: 7 * day, seconds: 2 * day, minutes: 30 * day, hours: 365 * day }
export const now = Date.UTC(2026, 10, 23, 12)

/** Rows of batch `i`, from 0: a few of each tier, some of them hours late, in files that no other batch has touched. */
export const rowsOfBatch = (i: number, size: number): StoreRows => {
  const at = now + i * 1000
  const late = at - (i % 7) * 5 * hour
  const numbers = Array.from({ length: size }, (_, row) => row)
  const sample = { active: true, syncing: null, mining: null, hashrate: null, gasPrice: 0.5, reportedUptime: null }
  const nothing = { latencyMs: null, roundTripMs: null, pending: null, processingMs: null }
  const metric = { n: 2, sum: 3, min: 1, max: 2 }
  return {
    ...(i === 0
      ? {
          network: [{ key: 1, name: "net'work", networkId: '1', firstSeenAt: at }],
          node: [{ key: 1, network: 1, id: 'a "node"', firstSeenAt: at }],
          metricName: [{ key: 1, name: 'cpu' }],
        }
      : {}),
    nodeSample: numbers.map((row) => ({ at: late + row, network: 1, node: 1, peers: i, ...sample, ...nothing })),
    metric: numbers.map((row) => ({ at: at + row, network: 1, node: 1, metric: 1, value: row / 3 })),
    blockSeen: [{ at, network: 1, node: 1, number: i, hash64: (1n << 63n) + BigInt(i), delayMs: null }],
    resumePoint: [
      {
        stream: i + 1,
        agent: 'a',
        network: 1,
        node: 1,
        spool: 's',
        firstAt: now,
        through: i + 1,
        received: i,
        duplicates: 0,
        missing: 0,
        holes: 0,
        missed: null,
        takenAt: at,
        elsewhere: i,
        counted: i,
        mark: i,
        lives: null,
      },
    ],
    log: [
      {
        at: late,
        seq: i + 1,
        network: 1,
        node: null,
        severity: 3,
        source: 's',
        message: `batch ${i} \u{1f600}`,
        component: 'c',
        fields: null,
      },
    ],
    metric1m: [{ bucket: at - (at % 60_000), network: 1, node: 1, metric: 1, ...metric }],
    metric1h: [{ bucket: at - (at % hour), network: 1, node: 1, metric: 1, ...metric }],
    nodeState: [{ at, seq: i + 1, network: 1, node: 1, state: 'active', reason: null, sessions: i, activeMs: i }],
  }
}

export const batchOf = (i: number, size: number): StoreBatch => storeBatchOf(rowsOfBatch(i, size))

type Lines = Readonly<Record<string, readonly string[]>>

/** All rows of a store as lines, sorted, by table. */
export const linesOf = async (store: Store): Promise<Lines> => {
  const found: Record<string, string[]> = {}
  for (const name of Object.keys(tables) as TableName[]) {
    let text = ''
    const decoder = new TextDecoder()
    const range = { from: 0, to: now + 1000 * day }
    for await (const bytes of store.export({ table: name, range, format: 'ndjson' })) {
      text += decoder.decode(bytes, { stream: true })
    }
    const lines = text.split('\n').filter((line) => line !== '')
    if (lines.length > 0) found[name] = lines.toSorted()
  }
  return found
}

export const rowCountAfter = (batches: number, size: number): number => {
  let rows = 0
  for (let i = 0; i < batches; i++) {
    for (const list of Object.values(rowsOfBatch(i, size))) rows += list.length
  }
  return rows
}
