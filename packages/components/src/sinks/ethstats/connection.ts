/** One connection from hello to its end: feeds the session machine and does what it says. */
import {
  goTime,
  parseServerMessage,
  writeHello,
  writeLatency,
  writeNodePing,
  writePrimusPong,
} from '@netstats/protocol/ethstats'
import type { NodeInfo } from '@netstats/protocol'
import { reasonOf } from '@netstats/sdk'
import type { Clock } from '@netstats/sdk'
import type { WebSocket } from 'ws'
import { EthstatsError } from './errors.ts'
import { provingPing, startSession, stepSession, wakeAt } from './session.ts'
import type { SessionAction, SessionEnd, SessionInput, Step } from './session.ts'

/** Bytes that may wait in the socket; a server that reads slower than that is as good as gone. */
const maxBufferedBytes = 8 * 1024 * 1024

export interface ConnectionEnd {
  readonly how: SessionEnd | 'relogin' | 'closed'
  readonly reason: string
}

const closedAtLogin = 'it may know another reporter of this name, be full, or be no ethstats server'

/** The code of a close frame and what the server wrote beside it, if anything. */
const closing = (code: number, said: string): string => {
  const plain = said.replaceAll(/\p{Cc}+/gu, ' ').trim()
  return plain === '' ? String(code) : `${code}: ${plain}`
}

/** What a connection needs from its sink. */
export interface ConnectionOptions {
  readonly socket: WebSocket
  readonly clock: Clock
  readonly id: string
  readonly secret: string
  readonly info: NodeInfo
  readonly pingIntervalMs: number
  /** The first pong came: tell the server what is. Everything else may follow. */
  readonly onReport: () => void
  readonly onHistory: (numbers: readonly number[] | undefined) => void
  readonly onFrame: (event: string) => void
  /** Nothing can be sent any more. Called at once, before anybody can try. */
  readonly onEnd: () => void
}

export interface Connection {
  readonly info: NodeInfo
  /** Resolves once the socket took the frame off our hands; rejects where it cannot. */
  send(event: string, frame: string): Promise<void>
  /** Resolves once the server has read everything sent so far; rejects where it never will. Bounded by the ping's own limit. */
  prove(): Promise<void>
  end(how: ConnectionEnd['how'], reason: string): void
  readonly ended: Promise<ConnectionEnd>
}

// oxlint-disable-next-line max-lines-per-function -- everything that can happen on one connection, and its end in one place
export const openConnection = (options: ConnectionOptions): Connection => {
  const { socket, clock, id } = options
  const ended = Promise.withResolvers<ConnectionEnd>()
  let over = false
  let sleeping = new AbortController()
  /** Who waits for the pong of which ping. */
  const proofs: { readonly ping: number; resolve(): void; reject(error: Error): void }[] = []

  const end = (how: ConnectionEnd['how'], reason: string): void => {
    if (over) return
    over = true
    sleeping.abort()
    options.onEnd()
    for (const proof of proofs.splice(0)) proof.reject(new EthstatsError('ETHSTATS_LOST', reason))
    if (how === 'closed' || how === 'relogin') socket.close(1000)
    else socket.terminate()
    ended.resolve({ how, reason })
  }

  const send = (event: string, frame: string): Promise<void> =>
    new Promise((resolve, reject) => {
      if (over || socket.readyState !== socket.OPEN) {
        reject(new EthstatsError('ETHSTATS_LOST', 'the connection is gone'))
        return
      }
      if (socket.bufferedAmount + frame.length > maxBufferedBytes) {
        end('lost', 'the server does not read')
        reject(new EthstatsError('ETHSTATS_LOST', 'the server does not read'))
        return
      }
      options.onFrame(event)
      socket.send(frame, (error) => {
        if (!error) return resolve()
        end('lost', error.message)
        reject(error)
      })
    })

  // A frame of the session that cannot be sent ends the connection by itself: 'close' or 'error' follows.
  const tell = (event: string, frame: string): void => void send(event, frame).catch(() => undefined)

  const perform = (action: SessionAction): void => {
    switch (action.type) {
      case 'hello':
        return tell('hello', writeHello(id, options.secret, options.info))
      case 'node-ping':
        return tell('node-ping', writeNodePing(id, goTime(clock.now(), clock.monotonic())))
      case 'proven':
        while (proofs[0] && proofs[0].ping <= action.ping) proofs.shift()?.resolve()
        return
      case 'latency':
        return tell('latency', writeLatency(id, action.ms))
      case 'primus-pong':
        return tell('primus-pong', writePrimusPong(action.time))
      case 'report':
        return options.onReport()
      case 'history':
        return options.onHistory(action.numbers)
      case 'end':
        return end(action.how, action.reason)
    }
  }

  let step: Step = startSession(clock.monotonic(), { pingIntervalMs: options.pingIntervalMs })
  const feed = (input: SessionInput): void => {
    if (over) return
    try {
      step = stepSession(step.state, input, clock.monotonic())
      run()
    } catch (error) {
      // Thrown through the socket a bug would end the agent; so it ends this connection.
      end('lost', `the session failed: ${reasonOf(error)}`)
    }
  }
  const run = (): void => {
    for (const action of step.actions) perform(action)
    sleeping.abort()
    if (over) return
    sleeping = new AbortController()
    clock
      .sleep(wakeAt(step.state) - clock.monotonic(), { signal: sleeping.signal })
      .then(() => feed({ type: 'tick' }))
      .catch(() => undefined)
  }

  const prove = (): Promise<void> =>
    new Promise((resolve, reject) => {
      if (over) return reject(new EthstatsError('ETHSTATS_LOST', 'the connection is gone'))
      feed({ type: 'prove' })
      proofs.push({ ping: provingPing(step.state), resolve, reject })
    })

  socket.on('message', (data, isBinary) => {
    if (!isBinary) feed({ type: 'message', message: parseServerMessage((data as Buffer).toString('utf8')) })
  })
  socket.on('error', (error) => end('lost', error.message))
  socket.on('close', (code, said) => {
    const words = closing(code, said.toString('utf8'))
    if (step.state.phase !== 'login') end('lost', `the server closed the connection (${words})`)
    else end('refused', `the server closed the connection instead of answering the login (${words}); ${closedAtLogin}`)
  })
  run()
  return { info: options.info, send, prove, end, ended: ended.promise }
}
