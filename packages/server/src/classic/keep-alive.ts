/** Keeps connections of classic viewers alive, and finds those that are not. */
import { writeClientPing, writePrimusPing } from '@netstats/protocol/ethstats'
import { isSilent } from '../lib/liveness.ts'
import { behindAt } from './classic-viewer.ts'
import type { ClassicEnding, ClassicViewer } from './classic-viewer.ts'

export interface ClassicTimes {
  /** Between WebSocket pings. */
  readonly pingEveryMs: number
  /** Between `primus::ping` to pages that wait for it. */
  readonly primusEveryMs: number
  /** Told the time of each slice of work. */
  readonly onSlice?: (ms: number) => void
}

export interface KeepAliveOptions {
  readonly viewers: ReadonlySet<ClassicViewer>
  readonly external: ReadonlySet<ClassicViewer>
  readonly times: ClassicTimes
  readonly send: (viewer: ClassicViewer, text: string | Buffer) => void
  readonly cut: (viewer: ClassicViewer, why: ClassicEnding) => void
}

export interface KeepAlive {
  /** Sends the pings that are due and cuts who has been silent; true where all connections were looked at. */
  look(now: number): boolean
  /** Asks the pages for their latency, every few seconds. */
  pingPages(now: number): void
}

const clientPingEveryMs = 5000
const mostSilent = 3

export const createKeepAlive = ({ viewers, external, times, send, cut }: KeepAliveOptions): KeepAlive => {
  const { pingEveryMs, primusEveryMs } = times
  let clientPingAt = -Infinity
  let lookAt = 0

  const checkLiveness = (viewer: ClassicViewer): void => {
    if (isSilent(viewer, mostSilent)) cut(viewer, 'silent')
    else if (viewer.socket.readyState === viewer.socket.OPEN) viewer.socket.ping()
  }

  return {
    look(now) {
      const due = now - lookAt >= pingEveryMs
      if (due) lookAt = now
      for (const set of [viewers, external]) {
        for (const viewer of set) {
          if (due) checkLiveness(viewer)
          if (!viewer.primusClient || viewer.saidPrimusPing || now < viewer.primusDueAt) continue
          viewer.primusDueAt = now + primusEveryMs
          send(viewer, writePrimusPing(Date.now()))
        }
      }
      return due
    },
    pingPages(now) {
      if (now - clientPingAt < clientPingEveryMs) return
      clientPingAt = now
      const bytes = Buffer.from(writeClientPing(Date.now()))
      for (const viewer of viewers)
        if (viewer.joined && viewer.socket.bufferedAmount <= behindAt + viewer.allowance) send(viewer, bytes)
    },
  }
}
