/** One worker process, as its server sees it: started, listening, and at some time gone. */
import { fork } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import type { Duplex } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { unixMs } from '@netstats/protocol'
import type { Logger } from '@netstats/sdk'
import { createDownWriter } from '../bus/socket/down.ts'
import { createLine } from '../bus/socket/line.ts'
import { createUpReader } from '../bus/socket/up.ts'
import type { ByteReader } from '../bus/socket/bytes.ts'
import type { Desk } from '../desk/desk.ts'
import type { IngestSnapshot } from '../ingest/snapshot.ts'
import { listenFailure } from '../listen.ts'
import type { ProcessFacts } from '../self/server-facts.ts'
import { lineFiles } from './messages.ts'
import type { FromWorker, ToWorker, WorkerStart } from './messages.ts'

export interface WorkerOptions {
  readonly start: Omit<WorkerStart, 'type'>
  readonly desk: Pick<Desk, 'open'>
  readonly log: Logger
}

export interface Worker {
  readonly name: string
  readonly pid: number | undefined
  /** Resolves with the port it listens on; rejects where it can not. */
  readonly listening: Promise<number>
  /** Resolves with the reason when it is gone. */
  readonly ended: Promise<string>
  /** What it said last that it has counted. */
  readonly snapshot: IngestSnapshot | undefined
  /** Undefined where it does not answer in time. */
  facts(): Promise<ProcessFacts | undefined>
  reload(): void
  /** Resolves when it is gone: by itself, or after the grace. */
  drain(graceMs: number): Promise<void>
  kill(): void
}

const entry = fileURLToPath(new URL('./main.ts', import.meta.url))
const answerMs = 1000
/** From the end of its work to the end of the process. */
const lastMs = 1000

/** The desk's end of a line to the worker. Resolves when the worker is gone and all that it wrote was heard. */
const openLineTo = (child: ChildProcess, file: number, { desk, log }: WorkerOptions): Promise<void> => {
  const socket = child.stdio[file] as unknown as Duplex
  const over = new Promise<void>((resolve) => {
    socket.once('end', resolve)
    socket.once('close', resolve)
  })
  // Each needs the other: what the desk answers goes out through the line that it is asked by.
  let read: (reader: ByteReader) => void = () => undefined
  const line = createLine({
    socket,
    read: (reader) => read(reader),
    onBroken(error) {
      if ((error as NodeJS.ErrnoException).code !== 'ECONNRESET') log.error({ error }, 'the line to a worker broke')
      child.kill('SIGKILL')
    },
  })
  const opened = desk.open(createDownWriter(line.out, line.wrote))
  read = createUpReader(opened.up)
  return over.then(() => {
    opened.lost(unixMs(Date.now()))
    socket.destroy()
  })
}

export const startWorker = (options: WorkerOptions): Worker => {
  const { log } = options
  const { name } = options.start
  const child = fork(entry, [], { stdio: ['ignore', 'inherit', 'inherit', 'ipc', 'pipe', 'pipe'] })
  const lines = [lineFiles.ethstats, lineFiles.netstats].map((file) => openLineTo(child, file, options))
  const tell = (message: ToWorker): void => {
    if (child.connected) child.send(message, () => undefined)
  }
  const listening = Promise.withResolvers<number>()
  const ended = Promise.withResolvers<string>()
  const drained = Promise.withResolvers<void>()
  const asked = new Map<number, (facts: ProcessFacts | undefined) => void>()
  let snapshot: IngestSnapshot | undefined
  let questions = 0
  // Nobody may be waiting for it any more.
  listening.promise.catch(() => undefined)

  child.on('message', (message: FromWorker) => {
    switch (message.type) {
      case 'listening':
        return listening.resolve(message.port)
      case 'failed': {
        const cause = Object.assign(new Error(message.reason), { code: message.code })
        return listening.reject(listenFailure(options.start.listen, cause))
      }
      case 'snapshot':
        snapshot = message.snapshot
        return
      case 'facts':
        return asked.get(message.id)?.(message.facts)
      case 'log':
        return log[message.level]({ worker: name, ...message.fields }, message.message)
      case 'drained':
        return drained.resolve()
    }
  })
  child.once('error', (error) => {
    listening.reject(error)
    ended.resolve(error.message)
  })
  child.once('exit', (code, signal) => {
    const reason = signal === null ? `ended with code ${code}` : `ended by ${signal}`
    listening.reject(new Error(`${name} ${reason}`))
    for (const answer of asked.values()) answer(undefined)
    // What it wrote before its end is heard first.
    void Promise.all(lines).then(() => ended.resolve(reason))
  })
  tell({ type: 'start', ...options.start })

  return {
    name,
    pid: child.pid,
    listening: listening.promise,
    ended: ended.promise,
    get snapshot() {
      return snapshot
    },
    facts: () =>
      new Promise((resolve) => {
        const id = ++questions
        const answer = (facts: ProcessFacts | undefined): void => {
          clearTimeout(timer)
          asked.delete(id)
          resolve(facts)
        }
        const timer = setTimeout(() => answer(undefined), answerMs)
        asked.set(id, answer)
        if (child.connected) tell({ type: 'facts', id })
        else answer(undefined)
      }),
    reload: () => tell({ type: 'reload' }),
    async drain(graceMs) {
      const timer = setTimeout(() => child.kill('SIGKILL'), graceMs + lastMs)
      tell({ type: 'drain', graceMs })
      await Promise.race([drained.promise, ended.promise])
      // The process ends by itself when its server lets go.
      if (child.connected) child.disconnect()
      await ended.promise
      clearTimeout(timer)
    },
    kill: () => void child.kill('SIGKILL'),
  }
}
