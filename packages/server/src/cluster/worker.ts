/** One worker process, as its server sees it: started, listening, and at some time gone. */
import { fork } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import type { Duplex } from 'node:stream'
import { fileURLToPath } from 'node:url'
import type { Clock, Logger } from '@netstats/sdk'
import type { GatewayAcceptor } from '../bus/bus.ts'
import { acceptSocket } from '../bus/socket/socket-bus.ts'
import type { RefusalNote } from '../auth/refused-logins.ts'
import { listenFailure } from '../net/listen.ts'
import type { Reading } from '../telemetry/registry.ts'
import { linkFiles } from './worker-messages.ts'
import type { FromWorker, ToWorker, WorkerStart } from './worker-messages.ts'
import { withDeadline } from '../lib/with-timeout.ts'
import { createLiveness, isSilent } from '../lib/liveness.ts'

export interface WorkerOptions {
  readonly start: Omit<WorkerStart, 'type'>
  readonly core: GatewayAcceptor
  /** Called with what a newer worker has sent and this process does not know. */
  readonly onUnknown: (what: string) => void
  readonly clock: Pick<Clock, 'every'>
  readonly log: Logger
  readonly onRefused: (notes: readonly RefusalNote[]) => void
}

export interface WorkerReading {
  readonly name: string
  readonly pid: number
  readonly at: number
  readonly metrics: Reading
}

export interface Worker {
  readonly name: string
  readonly pid: number | undefined
  /** Resolves with the port it listens on; rejects where it cannot. */
  readonly listening: Promise<number>
  /** Resolves with the reason when it is gone. */
  readonly ended: Promise<string>
  /** What it has counted and measured, as it said last. */
  readonly reading: WorkerReading | undefined
  reload(): void
  /** Resolves when it is gone: by itself, or after the grace. */
  drain(graceMs: number): Promise<void>
  kill(): void
}

const entry = fileURLToPath(new URL('./worker-main.ts', import.meta.url))
/** A worker tells once a second how it is. One that does not for so long hangs, as one does that takes so long to listen. */
const checkMs = 1000
const mostSilentChecks = 10
const mostStartingChecks = 60
/** From the end of its work to the end of the process. */
const lastMs = 1000

/** The core's end of a link to the worker. Resolves when the worker is gone and all that it sent was received. */
const openLink = (child: ChildProcess, file: number, { core, log, onUnknown }: WorkerOptions): Promise<void> =>
  acceptSocket({
    socket: child.stdio[file] as unknown as Duplex,
    core,
    onBroken(error) {
      if ((error as NodeJS.ErrnoException).code !== 'ECONNRESET') log.error({ error }, 'the link to a worker broke')
      child.kill('SIGKILL')
    },
    onUnknown,
  })

// oxlint-disable-next-line max-lines-per-function -- what the process says, how long it is silent and how it ends decide the same three promises
export const startWorker = (options: WorkerOptions): Worker => {
  const { log } = options
  const { name } = options.start
  const child = fork(entry, [], { stdio: ['ignore', 'inherit', 'inherit', 'ipc', 'pipe', 'pipe'] })
  const links = [linkFiles.ethstats, linkFiles.netstats].map((file) => openLink(child, file, options))
  const tell = (message: ToWorker): void => {
    if (child.connected) child.send(message, () => undefined)
  }
  const listening = Promise.withResolvers<number>()
  const ended = Promise.withResolvers<string>()
  const drained = Promise.withResolvers<void>()
  let reading: WorkerReading | undefined
  const liveness = createLiveness()
  let mostSilent = mostStartingChecks
  let hung: string | undefined
  const over = new AbortController()
  // Nobody may be waiting for it any more.
  listening.promise.catch(() => undefined)

  child.on('message', (message: FromWorker) => {
    liveness.heard = true
    switch (message.type) {
      case 'listening':
        mostSilent = mostSilentChecks
        return listening.resolve(message.port)
      case 'failed': {
        const cause = Object.assign(new Error(message.reason), { code: message.code })
        return listening.reject(listenFailure(options.start.listen, cause))
      }
      case 'reading':
        reading = { name, pid: child.pid ?? 0, at: message.at, metrics: message.metrics }
        return
      case 'log':
        return log[message.level]({ worker: name, ...message.fields }, message.message)
      case 'refused':
        return options.onRefused(message.notes)
      case 'drained':
        return drained.resolve()
    }
  })
  child.once('error', (error) => {
    listening.reject(error)
    ended.resolve(error.message)
  })
  child.once('exit', (code, signal) => {
    over.abort()
    const reason = hung ?? (signal === null ? `ended with code ${code}` : `ended by ${signal}`)
    listening.reject(new Error(`${name} ${reason}`))
    // What it sent before its end is received first.
    void Promise.all(links).then(() => ended.resolve(reason))
  })
  /** Checks are counted and not time: where this process was held up, what a worker has sent meanwhile is received first. */
  const watch = async (): Promise<void> => {
    for await (const _ of options.clock.every(checkMs, { signal: over.signal })) {
      if (!isSilent(liveness, mostSilent)) continue
      hung = `was ended: it said nothing for ${(mostSilent * checkMs) / 1000} s`
      child.kill('SIGKILL')
      return
    }
  }
  void watch().catch((error: unknown) => {
    if (!over.signal.aborted) log.error({ error }, 'a worker is not checked any more')
  })
  tell({ type: 'start', ...options.start })

  return {
    name,
    pid: child.pid,
    listening: listening.promise,
    ended: ended.promise,
    get reading() {
      return reading
    },
    reload: () => tell({ type: 'reload' }),
    async drain(graceMs) {
      tell({ type: 'drain', graceMs })
      // The process ends by itself when its server disconnects.
      const disconnect = (): void => (child.connected ? child.disconnect() : undefined)
      void Promise.race([drained.promise, ended.promise]).then(disconnect)
      await withDeadline(ended.promise, graceMs + lastMs, () => child.kill('SIGKILL'))
    },
    kill: () => void child.kill('SIGKILL'),
  }
}
