/** A real server on a free port and real sockets to it. For tests. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { builtIn } from '@netstats/components'
import { createRegistry } from '@netstats/runtime'
import type { Plugin } from '@netstats/sdk'
import type { ManagedStore } from '@netstats/store'
import { createMemoryStore } from '@netstats/store/testing'
import { createRecordingLogger } from '@netstats/sdk/testing'
import type { RecordingLogger } from '@netstats/sdk/testing'
import { WebSocket } from 'ws'
import { serverConfigOf } from './config.ts'
import { openServer } from './server.ts'
import type { ServerHandle } from './server.ts'

type SocketOptions = WebSocket.ClientOptions & { readonly protocols?: string[] }

export interface RunningServer extends AsyncDisposable {
  readonly server: ServerHandle
  readonly log: RecordingLogger
  readonly data: string
  connect(path: string, options?: SocketOptions): Promise<TestSocket>
  /** Text of a plain request. */
  get(path: string, init?: RequestInit): Promise<{ readonly status: number; readonly text: string }>
  /** Value of a metric line, `netstats_server_` left out; 0 where there is none. */
  metric(line: string): Promise<number>
}

export interface TestSocket extends Disposable {
  readonly socket: WebSocket
  readonly received: readonly string[]
  send(...frames: readonly string[]): void
  /** The first message, received or to come, that fits. */
  next(fits: (text: string) => boolean): Promise<string>
  /** Resolves with the close code. */
  readonly closed: Promise<number>
}

type Json = Readonly<Record<string, unknown>>

export interface StartOptions {
  /** Where the history goes: nowhere that lasts, by default. */
  readonly openStore?: () => Promise<ManagedStore>
  /** Connections a process can hold, in place of what the system allows. */
  readonly mayOpen?: number
  /** Components besides the built-in ones. */
  readonly plugins?: readonly Plugin[]
}

export const startServer = async (config: Json = {}, options: StartOptions = {}): Promise<RunningServer> => {
  const { openStore = () => Promise.resolve(createMemoryStore()) } = options
  const data = await mkdtemp(join(tmpdir(), 'netstats-server-'))
  const log = createRecordingLogger()
  const registry = createRegistry([builtIn, ...(options.plugins ?? [])])
  const parsed = serverConfigOf(registry).parse({
    listen: '127.0.0.1:0',
    data,
    drainTimeout: '1s',
    // Tests need not wait for it.
    nodes: { reconnectGrace: '0s' },
    ...config,
    ethstats: { secret: 's3cret', ...(config['ethstats'] as Json | undefined) },
  })
  const { mayOpen } = options
  const server = await openServer({
    config: parsed,
    log,
    version: '0.0.0-test',
    openStore,
    registry,
    ...(mayOpen !== undefined && { mayOpen }),
  })
  const sockets = new Set<TestSocket>()
  const get: RunningServer['get'] = async (path, init) => {
    const response = await fetch(server.url + path, init)
    return { status: response.status, text: await response.text() }
  }
  return {
    server,
    log,
    data,
    async connect(path, options) {
      const socket = await openSocket(server.url.replace('http', 'ws') + path, options)
      sockets.add(socket)
      return socket
    },
    get,
    async metric(line) {
      const { text } = await get('/metrics')
      const found = text.split('\n').find((one) => one.startsWith(`netstats_server_${line} `))
      return Number(found?.split(' ').at(-1) ?? 0)
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket[Symbol.dispose]()
      await server[Symbol.asyncDispose]()
      await rm(data, { recursive: true, force: true })
    },
  }
}

const openSocket = (url: string, { protocols = [], ...options }: SocketOptions = {}): Promise<TestSocket> => {
  const socket = new WebSocket(url, protocols, { perMessageDeflate: false, ...options })
  const received: string[] = []
  const waiting = new Set<() => void>()
  socket.on('message', (data) => {
    received.push((data as Buffer).toString())
    for (const look of waiting) look()
  })
  const closed = new Promise<number>((resolve) => socket.once('close', resolve))
  const made: TestSocket = {
    socket,
    received,
    closed,
    send(...frames) {
      for (const frame of frames) socket.send(frame)
    },
    next: (fits) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          const found = received.find(fits)
          if (found === undefined) return
          waiting.delete(look)
          resolve(found)
        }
        waiting.add(look)
        void closed.then((code) => reject(new Error(`closed with ${code} before the message came`)))
        look()
      }),
    [Symbol.dispose]: () => socket.terminate(),
  }
  return new Promise((resolve, reject) => {
    socket.once('open', () => {
      socket.on('error', () => undefined)
      resolve(made)
    })
    socket.once('error', reject)
  })
}
