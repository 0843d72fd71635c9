/** Sends hostile frames in sessions that log in well; opens as many sessions as the frames need. */
import { connect, isReady } from '../support/peer.ts'
import type { Peer } from '../support/peer.ts'
import type { Harness } from './harness.ts'

export interface Flooded {
  readonly frames: number
  readonly sessions: number
}

// A session is ended after more than fifty faults, and what it is sent afterwards nobody reads: so each is read.
const perSession = 50

const open = async (harness: Harness, hello: string, address: string): Promise<Peer> => {
  const peer = await connect(`ws://127.0.0.1:${harness.server.port}/api`, { address, maxKept: 100 })
  await peer.send(hello)
  await peer.first(isReady)
  return peer
}

/** Sends frames until there are no more; a session the server ends is followed by another. Frames lost with it are lost. */
export const floodFrames = async (harness: Harness, hello: string, frames: Iterable<string>): Promise<Flooded> => {
  const address = harness.address()
  let sent = 0
  let sessions = 0
  let room = 0
  let peer: Peer | undefined
  for (const frame of frames) {
    if (peer === undefined || room === 0 || peer.socket.readyState !== peer.socket.OPEN) {
      if (peer !== undefined) await leave(peer)
      peer = await open(harness, hello, address)
      sessions++
      room = perSession
    }
    room--
    if (await peer.send(frame)) sent++
  }
  if (peer !== undefined) await leave(peer)
  return { frames: sent, sessions }
}

/** Ends in order, so that what was sent is read, and the id is free for the next. */
const leave = async (peer: Peer): Promise<void> => {
  peer.socket.close(1000)
  await peer.ended
}
