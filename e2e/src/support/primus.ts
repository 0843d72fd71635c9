import { createRequire } from 'node:module'

/** The parts of a Primus client that these tests use; the packages carry no types. */
interface PrimusClient {
  on(event: string, listener: (...args: unknown[]) => void): void
  emit(event: string, ...args: unknown[]): boolean
  write(data: unknown): boolean
  end(): void
}

/** A real Primus client from npm, with primus-emit, and what happened to it. */
export interface Primus extends Disposable {
  readonly socket: PrimusClient
  /** Sends an event as primus-emit writes it. */
  readonly send: (event: string, ...args: unknown[]) => void
  readonly seen: {
    opens: number
    closes: number
    reconnects: number
    /** Pongs to its pings for old clients, pings for new ones: what each needs to stay. */
    keepAlives: number
    /** Everything that came as no event of primus-emit. */
    data: number
    errors: string[]
  }
  /** Resolves with the arguments of the next event of that name. */
  next(event: string): Promise<readonly unknown[]>
}

const packages = { 3: 'primus-3', 4: 'primus-4', 8: 'primus-8' } as const
export type PrimusVersion = keyof typeof packages

interface PrimusFactory {
  createSocket(options: object): new (url: string, options: object) => PrimusClient
}

const load = createRequire(import.meta.url)

export const openPrimus = (options: {
  readonly version: PrimusVersion
  readonly url: string
  readonly pathname: '/api' | '/primus' | '/external'
  /** `spark-latency` is what eth-net-intelligence-api adds; every ethstats peer has `emit`. */
  readonly plugins?: readonly ('emit' | 'spark-latency')[]
  /** Passed to the client: its ping and pong times, in milliseconds. */
  readonly client?: object
}): Primus => {
  const factory = load(packages[options.version]) as PrimusFactory
  const plugin: Record<string, unknown> = {}
  for (const name of options.plugins ?? ['emit']) plugin[name] = load(`primus-${name}`)
  const Socket = factory.createSocket({ transformer: 'websockets', pathname: options.pathname, plugin })
  const socket = new Socket(options.url, options.client ?? {})
  const seen = { opens: 0, closes: 0, reconnects: 0, keepAlives: 0, data: 0, errors: [] as string[] }
  socket.on('open', () => seen.opens++)
  socket.on('close', () => seen.closes++)
  socket.on('reconnect', () => seen.reconnects++)
  socket.on('incoming::pong', () => seen.keepAlives++)
  socket.on('incoming::ping', () => seen.keepAlives++)
  socket.on('data', () => seen.data++)
  socket.on('error', (error) => seen.errors.push(String(error)))
  return {
    socket,
    seen,
    send: (event, ...args) => void socket.emit(event, ...args),
    next: (event) =>
      new Promise((resolve) => {
        let heard = false
        socket.on(event, (...args) => {
          if (!heard) resolve(args)
          heard = true
        })
      }),
    [Symbol.dispose]: () => socket.end(),
  }
}
