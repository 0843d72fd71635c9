/** What all sockets of a listener share: whom they take bytes from, what they count, and where frames go. */
import type { SourceContext } from '@netstats/sdk'
import { listenerBounds } from './config.ts'
import type { ListenConfig } from './config.ts'
import { createFaults } from './faults.ts'
import type { Faults } from './faults.ts'
import { createGate } from './gate.ts'
import type { Gate, Peer } from './gate.ts'
import { createTallies } from './tallies.ts'
import type { Tallies } from './tallies.ts'

export const transports = ['udp', 'tcp', 'tls', 'unix'] as const
export type Transport = (typeof transports)[number]

export interface ReceiverOptions {
  readonly context: SourceContext
  readonly config: Pick<ListenConfig, 'allow' | 'connections'>
  /** A packet, or a line of a stream; the bytes are good during the call only. `isCut`: there was more of it. */
  readonly onFrame: (bytes: Buffer, from: Peer, isCut: boolean) => void
  /** Whether what this sender says next finds a place. Streams wait until it does, datagrams are dropped. */
  readonly hasRoom: (from: Peer) => boolean
}

export interface Receiver extends Pick<ReceiverOptions, 'context' | 'onFrame' | 'hasRoom'> {
  readonly gate: Gate
  readonly faults: Faults
  readonly tallies: Tallies
  datagram(bytes: Buffer, address: string): void
  /** A socket is broken: the listener ends with this. */
  failed(error: unknown): void
  readonly failure: Promise<never>
}

export const createReceiver = ({ context, config, onFrame, hasRoom }: ReceiverOptions): Receiver => {
  const { clock } = context
  const tallies = createTallies(context)
  const faults = createFaults(context, tallies)
  const gate = createGate(config, clock.monotonic())
  const failure = Promise.withResolvers<never>()
  failure.promise.catch(() => undefined)
  const packets = tallies.of('packets')
  const bytesIn = tallies.of('bytes', { transport: 'udp' })

  return {
    context,
    gate,
    faults,
    tallies,
    onFrame,
    hasRoom,
    failed: failure.reject,
    failure: failure.promise,
    datagram(bytes, address) {
      packets.n++
      bytesIn.n += bytes.length
      const peer = gate.peerOf(address)
      if (!peer.isAllowed) return faults.refused('address', peer.address)
      const now = clock.monotonic()
      if (!gate.mayRead(peer, now)) return faults.refused('rate', peer.address)
      gate.charge(peer, bytes.length, now)
      if (!hasRoom(peer)) return faults.refused('full', peer.address)
      if (bytes.length > listenerBounds.lineBytes) onFrame(bytes.subarray(0, listenerBounds.lineBytes), peer, true)
      else onFrame(bytes, peer, false)
    },
  }
}
