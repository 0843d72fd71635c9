/**
 * What a source listens with, opened and closed together: UDP, TCP, a Unix socket, TLS, with the same bounds on all of them.
 *
 *     socket ─▶ gate ─▶ framer ─▶ onFrame        a datagram is a frame
 *               who, how many, how much
 */
import type { ListenAddress } from '@netstats/sdk/config'
import { createAdmission } from './admission.ts'
import type { ListenConfig } from './config.ts'
import { createConnections } from './connections.ts'
import { readKernelDrops } from './kernel-drops.ts'
import { createReceiver } from './receiver.ts'
import type { Receiver, ReceiverOptions, Transport } from './receiver.ts'
import { openTcp, openTls, openUnix } from './streams.ts'
import type { StreamListener } from './streams.ts'
import { openUdp } from './udp.ts'

export interface ListenerOptions extends ReceiverOptions {
  readonly config: ListenConfig
  /** Streams may say the length of their lines. */
  readonly octetCounting: boolean
}

export interface Listener extends AsyncDisposable, Pick<Receiver, 'faults' | 'tallies'> {
  /** Where it listens, with the ports that they really are. */
  readonly addresses: Readonly<Partial<Record<Transport, ListenAddress | string>>>
  /** There is room again for those that had to wait. */
  resume(): void
  /** Looks after connections and counts until the signal aborts; throws when a socket is broken. */
  run(options: { signal: AbortSignal }): Promise<void>
}

const sweepMs = 1000
/** Sweeps between two looks at what the kernel dropped, and at certificates. */
const dropsEvery = 10
const certificatesEvery = 60

export const openListener = async (options: ListenerOptions): Promise<Listener> => {
  const { config, context } = options
  const receiver = createReceiver(options)
  const connections = createConnections(receiver, createAdmission(receiver), options.octetCounting)
  const addresses: Partial<Record<Transport, ListenAddress | string>> = {}
  const streams: StreamListener[] = []
  await using stack = new AsyncDisposableStack()

  /** UDP takes the port that TCP got where the system chooses: senders are told one address. */
  const listen = { ...config.listen }
  const stream = (transport: Transport, opened: StreamListener): void => {
    streams.push(stack.use(opened))
    addresses[transport] = opened.address
  }
  if (config.transports.includes('tcp')) {
    const opened = await openTcp(listen, receiver, connections)
    stream('tcp', opened)
    if (typeof opened.address !== 'string') listen.port = opened.address.port
  }
  if (config.transports.includes('udp')) addresses.udp = stack.use(await openUdp(listen, receiver)).address
  if (config.socket !== undefined) stream('unix', await openUnix(config.socket, receiver, connections))
  if (config.tls !== undefined) stream('tls', await openTls(config.tls, receiver, connections))
  // Before the listeners, which wait for the end of every connection.
  stack.defer(() => connections.end())
  stack.defer(() => receiver.tallies.flush())
  context.log.info({ ...addresses }, 'listens')

  let dropped = 0
  const countDrops = async (): Promise<void> => {
    const { udp } = addresses
    const now = udp === undefined || typeof udp === 'string' ? undefined : await readKernelDrops(udp)
    if (now === undefined || now <= dropped) return
    receiver.tallies.of('refused', { reason: 'kernel' }).n += now - dropped
    context.log.warn({ packets: now - dropped }, 'packets came faster than they could be read; the system dropped some')
    dropped = now
  }

  const sweep = async (round: number): Promise<void> => {
    connections.sweep()
    if (round % dropsEvery === 0) await countDrops()
    if (round % certificatesEvery === 0) for (const one of streams) await one.refresh?.()
    receiver.tallies.flush()
  }

  const owned = stack.move()
  return {
    addresses,
    faults: receiver.faults,
    tallies: receiver.tallies,
    resume: () => connections.resume(),
    async run({ signal }) {
      const rounds = async (): Promise<void> => {
        let round = 0
        for await (const _ of context.clock.every(sweepMs, { signal })) await sweep(++round)
      }
      await Promise.race([rounds(), receiver.failure])
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}
