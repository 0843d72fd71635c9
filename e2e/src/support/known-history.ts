/** A folder of a server's data with a history that is known to the last value, so that what a page reads can be held to it. */
import { join } from 'node:path'
import { hash64Of } from '@netstats/store'
import { storeBatchOf, storeRow } from '@netstats/store/testing'
import { openDuckStore } from '@netstats/store/duckdb'

const day = 86_400_000
/** As a server's configuration has them by default: they decide how the files are cut. */
const retention = { raw: 2 * day, logs: 30 * day, seconds: 7 * day, minutes: 90 * day, hours: 730 * day }

const minuteMs = 60_000
export const network = '4242'
/** Minutes the history covers, and those of them in which nothing was written. */
export const minutes = 120
export const gap = { from: 80, to: 90 } as const
/** Minute in which `beta` went away. */
export const goneAt = 60
/** Height of the chain at the beginning; one block a minute from then on. */
export const firstHeight = 100

const hashOf = (number: number): string => `0x${number.toString(16).padStart(16, '0')}${'ab'.repeat(24)}`
const isGap = (minute: number): boolean => minute >= gap.from && minute < gap.to
/** Milliseconds a block took, by the minute: what the chart has to say. */
export const blockTimeOf = (minute: number): number => 5000 + minute * 10

const metric = (name: string, n: number, value: number) => ({
  [`${name}_n`]: n,
  [`${name}_sum`]: n * value,
  [`${name}_min`]: value,
  [`${name}_max`]: value,
})

const sumsOf = (bucket: number, minute: number, n: number) => ({
  bucket,
  network: 1,
  blocks: 1,
  ...metric('nodes', n, 2),
  ...metric('active', n, minute < goneAt ? 2 : 1),
  ...metric('blockTimeMs', 1, blockTimeOf(minute)),
})

/** Writes the history below `data`; `start` is a whole minute, Unix milliseconds. */
export const writeKnownHistory = async (data: string, start: number): Promise<void> => {
  await using store = await openDuckStore({ directory: join(data, 'history'), retention })
  const written = Array.from({ length: minutes }, (_, minute) => minute).filter((minute) => !isGap(minute))
  const at = (minute: number): number => start + minute * minuteMs
  const names = ['alpha', 'beta']
  const stateOf = (node: number, state: string, when: number, seq: number, activeMs: number) =>
    storeRow('nodeState', { at: when, seq, node, state, sessions: 1, activeMs })
  await store.write(
    storeBatchOf({
      network: [storeRow('network', { key: 1, name: network, networkId: network, firstSeenAt: start })],
      node: names.map((id, i) => storeRow('node', { key: i + 1, network: 1, id, firstSeenAt: start })),
      nodeInfo: names.map((name, i) =>
        storeRow('nodeInfo', { at: start, seq: i + 1, node: i + 1, name, client: 'Geth/v1.13.15/linux-amd64/go1.21' }),
      ),
      nodeState: [
        stateOf(1, 'active', start, 3, 0),
        stateOf(2, 'active', start, 4, 0),
        stateOf(2, 'inactive', at(goneAt), 5, goneAt * minuteMs),
      ],
      block: written.map((minute) =>
        storeRow('block', {
          at: at(minute),
          number: firstHeight + minute,
          hash: hashOf(firstHeight + minute),
          hash64: hash64Of(hashOf(firstHeight + minute)),
          parentHash: hashOf(firstHeight + minute - 1),
          timestamp: at(minute),
          miner: `0x${'c'.repeat(40)}`,
          difficulty: '2',
          gasLimit: 30_000_000,
          arrivedAt: at(minute),
          firstNode: 1,
        }),
      ),
      blockSeen: written.flatMap((minute) =>
        names.slice(0, minute < goneAt ? 2 : 1).map((_, i) =>
          storeRow('blockSeen', {
            at: at(minute) + i * 40,
            node: i + 1,
            number: firstHeight + minute,
            hash64: hash64Of(hashOf(firstHeight + minute)),
            delayMs: i * 40,
          }),
        ),
      ),
      network1m: written.map((minute) => storeRow('network1m', sumsOf(at(minute), minute, 6))),
      network10s: written.flatMap((minute) =>
        Array.from({ length: 6 }, (_, i) => storeRow('network10s', sumsOf(at(minute) + i * 10_000, minute, 1))),
      ),
      log: [
        storeRow('log', {
          at: at(30),
          seq: 6,
          node: 2,
          severity: 3,
          source: 'geth',
          message: 'No space left on device',
        }),
      ],
    }),
  )
}
