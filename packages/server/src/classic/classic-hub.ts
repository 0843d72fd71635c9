/**
 * `/primus`, for the classic dashboard and everything made for it, and `/external`. Once a tick each network that
 * somebody looks at is asked what changed; the messages are encoded once for all its viewers. A viewer that cannot
 * keep up is skipped, and starts over when it can.
 */
import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import { writeLastBlock } from '@netstats/protocol/ethstats'
import { createTokenBucket } from '@netstats/sdk/limits'
import type { ChangeFanout } from '../core/change-fanout.ts'
import { createWorkScheduler } from '../lib/work-scheduler.ts'
import type { WorkSteps } from '../lib/work-steps.ts'
import { closeSockets, createSocketServer } from '../net/web-sockets.ts'
import type { Core, NetworkView } from '../shard/shard-model.ts'
import { cut, largestNetwork, sendText } from './classic-state.ts'
import type { ClassicCounts, ClassicState } from './classic-state.ts'
import { caughtUpAt, classicEndings } from './classic-viewer.ts'
import type { ClassicEnding } from './classic-viewer.ts'
import { join } from './connections.ts'
import type { Channel } from './connections.ts'
import { createKeepAlive } from './keep-alive.ts'
import type { ClassicTimes } from './keep-alive.ts'
import { allRowsRate, answerWaiting, followLargest, tellPages } from './pages.ts'

export interface ClassicHub {
  upgrade(channel: Channel, request: IncomingMessage, socket: Socket, head: Buffer): void
  /** A network has a new highest block. */
  readonly head: (network: string, number: number) => void
  /**
   * Sends what changed, a few milliseconds at a time. Call it twice a second: what is under way then goes on. Throws what
   * the work has thrown since the last call.
   */
  tick(now: number): void
  close(): Promise<void>
  readonly counts: Readonly<ClassicCounts> & { readonly viewers: number; readonly external: number }
}

export const createClassicHub = (core: Core, fanout: ChangeFanout, times: ClassicTimes): ClassicHub => {
  const sockets = createSocketServer(16_384)
  const hub = createClassicState(core, fanout, times)
  const { viewers, external, scheduler } = hub
  const keepAlive = createKeepAlive({ viewers, external, times, send: (...args) => sendText(hub, ...args), cut })
  const highest = new WeakMap<NetworkView, number>()

  const round = function* (): WorkSteps {
    yield* tellPages(hub)
    keepAlive.pingPages(hub.now)
  }

  return {
    upgrade(channel, request, socket, head) {
      sockets.handleUpgrade(request, socket, head, (ws) => join(hub, channel, request, ws))
    },
    head(network, number) {
      const view = core.network(network)
      if (view === undefined || number <= (highest.get(view) ?? -1)) return
      highest.set(view, number)
      if (external.size === 0) return
      const main = largestNetwork(hub)
      for (const viewer of external) {
        if ((viewer.wanted ?? main) !== network || viewer.socket.bufferedAmount > caughtUpAt) continue
        sendText(hub, viewer, writeLastBlock(number))
      }
    },
    tick(time) {
      hub.now = time
      if (keepAlive.look(time)) followLargest(hub)
      if (viewers.size > 0 && !scheduler.has(round)) scheduler.run(round)
      scheduler.check()
    },
    close: () => {
      scheduler.finish()
      for (const viewer of [...viewers, ...external]) viewer.ending ??= 'shutdown'
      return closeSockets([...viewers, ...external].map(({ socket }) => socket))
    },
    get counts() {
      return { ...hub.counts, viewers: viewers.size, external: external.size }
    },
  }
}

const createClassicState = (core: Core, fanout: ChangeFanout, times: ClassicTimes): ClassicState => {
  const hub: ClassicState = {
    core,
    fanout,
    times,
    viewers: new Set(),
    external: new Set(),
    broadcasts: new Map(),
    wanted: new Set(),
    rowsBudget: createTokenBucket(allRowsRate, performance.now()),
    scheduler: createWorkScheduler({
      monotonic: () => performance.now(),
      defer: setImmediate,
      onSlice: times.onSlice,
    }),
    answerWaiting: () => answerWaiting(hub),
    counts: {
      messages: 0,
      skipped: 0,
      ignored: 0,
      ended: Object.fromEntries(classicEndings.map((one) => [one, 0])) as Record<ClassicEnding, number>,
    },
    changes: undefined,
    serial: 0,
    now: performance.now(),
  }
  return hub
}
