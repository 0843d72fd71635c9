/** Connections have a place from their first byte to their last, or are refused. */
import type { Socket } from 'node:net'
import { localPeer } from './gate.ts'
import type { Peer } from './gate.ts'
import type { Receiver } from './receiver.ts'

export interface Admission {
  /** Whose connection it is; undefined where it was refused, and is closed. */
  admit(socket: Socket, isLocal: boolean): Peer | undefined
  refuse(socket: Socket, reason: string, peer: Peer): void
  /** Ends every connection. */
  end(): void
}

/** A sender that is gone without a word is noticed by the kernel. */
const keepAliveMs = 60_000
const refusals = { address: 'address', full: 'connections', share: 'connections-of-address' } as const

export const createAdmission = ({ gate, faults }: Pick<Receiver, 'gate' | 'faults'>): Admission => {
  const sockets = new Set<Socket>()

  const refuse: Admission['refuse'] = (socket, reason, { address }) => {
    faults.refused(reason, address)
    socket.destroy()
  }

  return {
    admit(socket, isLocal) {
      socket.on('error', () => undefined)
      const peer = isLocal ? localPeer : gate.peerOf(socket.remoteAddress ?? '')
      const refusal = peer.isAllowed ? gate.enter(peer) : 'address'
      if (refusal !== undefined) {
        refuse(socket, refusals[refusal], peer)
        return undefined
      }
      sockets.add(socket)
      socket.setKeepAlive(true, keepAliveMs)
      socket.on('close', () => {
        sockets.delete(socket)
        gate.leave(peer)
      })
      return peer
    },
    refuse,
    end() {
      for (const socket of sockets) socket.destroy()
    },
  }
}
