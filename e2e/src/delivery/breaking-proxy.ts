/** A TCP proxy that breaks connections in every way a network does, at the byte where it is told to. */
import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import type { AddressInfo, Server, Socket } from 'node:net'

export type Direction = 'up' | 'down'

/** One connection through the proxy. */
export interface Passage {
  /** Bytes that went through, both ways. */
  readonly bytes: number
  /** Resets it after `bytes` more bytes this way; none of the bytes after. */
  cutAfter(direction: Direction, bytes: number): void
  /** Nothing goes through any more, one way or both, and neither side is told. */
  freeze(...directions: readonly Direction[]): void
  /** Whatever comes arrives so much later, for so long. */
  delay(byMs: number, forMs: number): void
  /** Ends it as a peer does that is done. */
  close(): void
}

export interface BreakingProxy extends AsyncDisposable {
  readonly port: number
  /** Those that stand now. */
  readonly passages: readonly Passage[]
  /** Connections so far. */
  readonly connections: number
  /** Takes no new connections until `listen`. */
  refuse(): Promise<void>
  listen(): Promise<void>
}

interface Lane {
  frozen: boolean
  /** Bytes that still go through; Infinity: all. */
  left: number
}

interface Open {
  readonly passages: Set<Passage>
  readonly sockets: Set<Socket>
}

/** Joins a client to the target, as a passage that can be cut, frozen and delayed. */
const joinSockets = (near: Socket, targetPort: number, open: Open): void => {
  const { passages, sockets } = open
  const far = connect({ host: '127.0.0.1', port: targetPort })
  const lanes: Record<Direction, Lane> = {
    up: { frozen: false, left: Infinity },
    down: { frozen: false, left: Infinity },
  }
  let bytes = 0
  let delayMs = 0
  let delayUntil = 0
  let over = false

  const cut = (): void => {
    if (over) return
    over = true
    passages.delete(passage)
    for (const socket of [near, far]) socket.resetAndDestroy()
  }
  const pass = (to: Socket, lane: Lane, data: Buffer): void => {
    if (over || lane.frozen) return
    const part = data.subarray(0, Math.min(data.length, lane.left))
    lane.left -= part.length
    bytes += part.length
    if (part.length > 0) to.write(part)
    // What was written is on its way before the reset.
    if (lane.left <= 0) setImmediate(cut)
  }
  const join = (from: Socket, to: Socket, lane: Lane): void => {
    from.on('data', (data: Buffer) => {
      const late = Date.now() < delayUntil ? delayMs : 0
      // Order is kept: what follows waits as long, and the end of the delay is no overtaking.
      if (late > 0) setTimeout(() => pass(to, lane, data), late)
      else pass(to, lane, data)
    })
    from.on('end', () => {
      if (!lane.frozen) to.end()
    })
    from.on('error', () => undefined)
    from.on('close', () => {
      sockets.delete(from)
      passages.delete(passage)
      // Who is frozen hears nothing, not even the end.
      if (!lane.frozen) to.destroy()
    })
    sockets.add(from)
  }
  const passage: Passage = {
    get bytes() {
      return bytes
    },
    cutAfter: (direction, more) => {
      lanes[direction].left = more
      if (more <= 0) cut()
    },
    freeze: (...directions) => {
      for (const direction of directions) lanes[direction].frozen = true
      passages.delete(passage)
    },
    delay: (byMs, forMs) => {
      delayMs = byMs
      delayUntil = Date.now() + forMs
    },
    close: () => {
      passages.delete(passage)
      near.end()
      far.end()
    },
  }
  passages.add(passage)
  join(near, far, lanes.up)
  join(far, near, lanes.down)
}

export const openBreakingProxy = async (targetPort: number): Promise<BreakingProxy> => {
  const open: Open = { passages: new Set(), sockets: new Set() }
  let connections = 0
  let server: Server | undefined
  let port = 0

  const listen = async (): Promise<void> => {
    if (server) return
    server = createServer((near) => {
      connections++
      joinSockets(near, targetPort, open)
    })
    server.listen(port, '127.0.0.1')
    await once(server, 'listening')
    port = (server.address() as AddressInfo).port
  }
  const refuse = async (): Promise<void> => {
    const closing = server
    server = undefined
    // Connections that stand are left alone, and so it is not waited for their end.
    closing?.close()
    await new Promise((resolve) => setImmediate(resolve))
  }
  await listen()
  return {
    port,
    get passages() {
      return [...open.passages]
    },
    get connections() {
      return connections
    },
    refuse,
    listen,
    [Symbol.asyncDispose]: async () => {
      await refuse()
      for (const socket of open.sockets) socket.destroy()
    },
  }
}
