import type { Gap, Observation } from '@netstats/protocol'
import type { Batch, ReaderOptions, SpoolReader } from '@netstats/sdk'
import { createFakeClock, createRecordingLogger, examplePending } from '@netstats/sdk/testing'
import type { FakeClock, RecordingLogger } from '@netstats/sdk/testing'
import { afterEach } from 'vitest'
import type { ManagedSpool } from '../../spool/engine.ts'

export interface SpoolContractOptions {
  readonly clock: FakeClock
  readonly log: RecordingLogger
  readonly maxBytes: number
  readonly maxAgeMs: number
  /** Where it lies. A durable spool that is opened again at its place is the same one. */
  readonly place: string
}

/** Opens a spool at a place of its own; `start` opens it there again. */
export type Setup = (
  overrides?: Partial<SpoolContractOptions>,
) => Promise<SpoolContractOptions & { readonly spool: ManagedSpool; readonly start: () => Promise<ManagedSpool> }>

export const never = new AbortController().signal
export const onAck: ReaderOptions = { policy: 'on-ack', batchSize: 100 }
export const onSend: ReaderOptions = { policy: 'on-send', batchSize: 100 }
export const room = 1024 * 1024
let places = 0

/** Every spool that a test opens is disposed after it. */
export const createSetup = (open: (options: SpoolContractOptions) => Promise<ManagedSpool>): Setup => {
  let opened: ManagedSpool[] = []
  afterEach(async () => {
    for (const spool of opened) await spool[Symbol.asyncDispose]()
    opened = []
  })
  return async (overrides = {}) => {
    const options: SpoolContractOptions = {
      clock: createFakeClock(),
      log: createRecordingLogger(),
      maxBytes: room,
      maxAgeMs: 86_400_000,
      place: `place-${++places}`,
      ...overrides,
    }
    const start = async (): Promise<ManagedSpool> => {
      const spool = await open(options)
      opened.push(spool)
      return spool
    }
    const spool = await start()
    return { ...options, spool, start }
  }
}

/** What there is to read now; undefined is never waited for. */
export const nextNow = async (reader: SpoolReader): Promise<Batch | undefined> => {
  const abort = new AbortController()
  const next = reader.next({ signal: abort.signal })
  for (let turn = 0; turn < 8; turn++) await new Promise((resolve) => setImmediate(resolve))
  abort.abort()
  return next
}

/** Reads and commits all that there is. */
export const readAll = async (reader: SpoolReader): Promise<readonly Observation[]> => {
  const all: Observation[] = []
  for (let batch = await nextNow(reader); batch; batch = await nextNow(reader)) {
    all.push(...batch.items.map((item) => item.observation))
    await reader.commit(batch.last)
  }
  return all
}

export const numbers = (batch: Batch | undefined): readonly unknown[] =>
  (batch?.items ?? []).map(({ observation }) =>
    observation.kind === 'pending' ? observation.body.pending : observation.kind,
  )
export const pendings = (from: number, to: number): readonly Observation[] =>
  Array.from({ length: to - from + 1 }, (_, i) => examplePending(from + i))
export const gapsIn = (observations: readonly Observation[]): readonly Gap[] =>
  observations.flatMap((one) => (one.kind === 'gap' ? [one.body] : []))
export const stored = (spool: ManagedSpool): number => Object.values(spool.stats().rows).reduce((sum, n) => sum + n, 0)
