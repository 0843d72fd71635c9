/** A shipper between a spool in memory and a sink that answers as a test says. */
import { nodeId } from '@netstats/protocol'
import type { Observation } from '@netstats/protocol'
import type { Batch, Delivery, RemovalPolicy, Sink } from '@netstats/sdk'
import { createFakeClock, createRecordingLogger, examplePending } from '@netstats/sdk/testing'
import { createShipper } from '../shipper.ts'
import type { ShipperOptions } from '../shipper.ts'
import { openMemorySpool } from '../spool/memory-spool.ts'

export type Answer = (batch: Batch, signal: AbortSignal) => Promise<Delivery> | Delivery

export const delivered: Answer = () => ({ status: 'delivered' })
export const hang: Answer = () => new Promise(() => undefined)
export const untilAborted: Answer = (_, signal) =>
  new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true }))
export const valueOf = (observation: Observation): number =>
  observation.kind === 'pending' ? observation.body.pending : -1
export const values = (batch: Batch): readonly number[] => batch.items.map((item) => valueOf(item.observation))

type SetupOptions = Partial<ShipperOptions> & { readonly policy?: RemovalPolicy; readonly window?: number }

export const setup = async (answer: Answer, options: SetupOptions = {}) => {
  const clock = createFakeClock()
  const log = createRecordingLogger()
  const spool = await openMemorySpool({ clock, log, reporter: nodeId('agent') })
  const reader = await spool.reader('sink', { policy: options.policy ?? 'on-ack', batchSize: 3 })
  const given: (readonly number[])[] = []
  const health: string[] = []
  const status = { ok: () => health.push('ok'), degraded: (reason: string) => health.push(reason) }
  const sink: Sink = {
    ...(options.window === undefined ? {} : { window: options.window }),
    async deliver(batch, { signal }) {
      given.push(values(batch))
      return answer(batch, signal)
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  }
  const abort = new AbortController()
  const shipper = createShipper({ reader, sink, clock, log, status, random: () => 1, ...options })
  const run = () => shipper.run({ signal: abort.signal })
  const append = (from: number, to: number) =>
    spool.append(Array.from({ length: to - from + 1 }, (_, i) => examplePending(from + i)))
  return { clock, log, spool, reader, given, health, shipper, run, append, abort }
}
