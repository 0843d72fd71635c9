/** A simulated node that reports itself to an ethstats server, as geth does with `--ethstats`. */
import {
  goTime,
  parseServerMessage,
  writeHello,
  writeLatency,
  writeNodePing,
  writePrimusPong,
} from '@netstats/protocol/ethstats'
import { reasonOf } from '@netstats/sdk'
import type { Clock, Logger } from '@netstats/sdk'
import { WebSocket } from 'ws'
import type { SimNode } from '../model.ts'
import type { Network } from '../network.ts'
import { blockFrame, historyFrame, infoOf, stateFrames } from './ethstats-frames.ts'
import type { Asked } from './methods.ts'

export interface ReportOptions {
  readonly network: Network
  readonly node: SimNode
  readonly chainId: number
  /** `ws://…` of the server; the path is `/api`. */
  readonly endpoint: string
  readonly secret: string
  readonly clock: Clock
  readonly log: Logger
}

/** As geth: a whole report so often, and so long a pause before the next connection. */
const reportMs = 15_000
const retryMs = 10_000
/** A node that is offline looks so often whether it is back. */
const offlineMs = 500
const handshakeMs = 5000
const maxBuffered = 1024 * 1024
const maxFrame = 1024 * 1024
const ethstatsPort = 30_303

/** Until it is disposed of. */
export const reportEthstats = (options: ReportOptions): AsyncDisposable => {
  const { clock, node, log } = options
  const ended = new AbortController()
  const { signal } = ended
  const run = async (): Promise<void> => {
    while (!signal.aborted) {
      if (node.online) {
        const reason = await connect(options, signal)
        if (node.online && !signal.aborted) log.warn({ node: node.name, reason }, 'the simulated node lost its server')
      }
      await clock.sleep(node.online ? retryMs : offlineMs, { signal })
    }
  }
  const done = run().catch((error: unknown) => {
    if (!signal.aborted) throw error
  })
  return {
    [Symbol.asyncDispose]: async () => {
      ended.abort()
      await done
    },
  }
}

/** One connection; resolves with why it ended. */
const connect = (options: ReportOptions, signal: AbortSignal): Promise<string> =>
  new Promise((resolve) => {
    const { network, node } = options
    const socket = new WebSocket(`${options.endpoint}/api`, { handshakeTimeout: handshakeMs, maxPayload: maxFrame })
    const over = new AbortController()
    const end = (reason: string): void => {
      if (over.signal.aborted) return
      over.abort()
      unwatch()
      signal.removeEventListener('abort', onAbort)
      socket.terminate()
      resolve(reason)
    }
    const onAbort = (): void => end('told to end')
    signal.addEventListener('abort', onAbort)
    const send = (text: string): void => {
      if (socket.readyState !== socket.OPEN) return
      if (socket.bufferedAmount > maxBuffered) return end('the server does not read')
      socket.send(text)
    }
    const session = createSession(options, send, over.signal)
    const unwatch = network.watch((changed) => {
      if (changed !== node) return
      if (!node.online) return end('it is offline')
      session.headChanged()
    })
    socket.on('open', () => session.opened())
    socket.on('message', (data, isBinary) => {
      if (!isBinary) session.said((data as Buffer).toString('utf8'))
    })
    socket.on('error', (error) => end(reasonOf(error)))
    socket.on('close', (code) => end(`the server closed the connection (${code})`))
  })

interface Session {
  opened(): void
  said(text: string): void
  headChanged(): void
}

const createSession = (
  { network, node, chainId, secret, clock }: ReportOptions,
  send: (text: string) => void,
  signal: AbortSignal,
): Session => {
  const asked: Asked = { network, node, chainId, port: ethstatsPort }
  let isReady = false
  let reported = network.genesis
  let pingedAt: number | undefined
  const ping = (): void => {
    pingedAt = clock.monotonic()
    send(writeNodePing(node.name, goTime(clock.now(), clock.monotonic())))
  }
  const tellHead = (): void => {
    if (!isReady || reported === node.head) return
    reported = node.head
    send(blockFrame(asked))
  }
  const reportAll = async (): Promise<void> => {
    for await (const _ of clock.every(reportMs, { signal })) {
      ping()
      tellHead()
      for (const frame of stateFrames(asked)) send(frame)
    }
  }
  return {
    opened: () => send(writeHello(node.name, secret, infoOf(asked))),
    headChanged: () => {
      if (node.slowMs === 0) tellHead()
      else void clock.sleep(node.slowMs, { signal }).then(tellHead, () => undefined)
    },
    said: (text) => {
      const message = parseServerMessage(text)
      switch (message.type) {
        case 'ready':
          if (isReady) return
          isReady = true
          return void reportAll()
        case 'node-pong':
          if (pingedAt !== undefined) send(writeLatency(node.name, (clock.monotonic() - pingedAt) / 2))
          pingedAt = undefined
          return
        case 'history':
          return send(historyFrame(asked, message.numbers))
        case 'primus-ping':
          return send(writePrimusPong(message.time))
        case 'primus-pong':
        case 'server-close':
        case 'unknown':
          return
      }
    },
  }
}
