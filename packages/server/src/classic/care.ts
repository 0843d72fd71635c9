/** Keeps connections of classic readers alive, and finds those that are not. */
import { writeClientPing, writePrimusPing } from '@netstats/protocol/ethstats'
import { behindAt } from './reader.ts'
import type { ClassicEnding, ClassicReader } from './reader.ts'

export interface ClassicTimes {
  /** Between WebSocket pings. */
  readonly pingEveryMs: number
  /** Between `primus::ping` to pages that wait for it. */
  readonly primusEveryMs: number
  /** Told the time of each slice of work. */
  readonly onSlice?: (ms: number) => void
}

export interface CareOptions {
  readonly readers: ReadonlySet<ClassicReader>
  readonly external: ReadonlySet<ClassicReader>
  readonly times: ClassicTimes
  readonly send: (reader: ClassicReader, text: string | Buffer) => void
  readonly cut: (reader: ClassicReader, why: ClassicEnding) => void
}

export interface Care {
  /** Sends the pings that are due and cuts who has been silent; true where all connections were looked at. */
  look(now: number): boolean
  /** Asks the pages for their latency, every few seconds. */
  pingPages(now: number): void
}

const clientPingEveryMs = 5000
const silentLooks = 3

export const createCare = ({ readers, external, times, send, cut }: CareOptions): Care => {
  const { pingEveryMs, primusEveryMs } = times
  let clientPingAt = -Infinity
  let lookAt = 0

  const lookAfter = (reader: ClassicReader): void => {
    reader.silentLooks = reader.heard ? 0 : reader.silentLooks + 1
    reader.heard = false
    if (reader.silentLooks >= silentLooks) cut(reader, 'silent')
    else if (reader.socket.readyState === reader.socket.OPEN) reader.socket.ping()
  }

  return {
    look(now) {
      const due = now - lookAt >= pingEveryMs
      if (due) lookAt = now
      for (const set of [readers, external]) {
        for (const reader of set) {
          if (due) lookAfter(reader)
          if (!reader.primusClient || reader.saidPrimusPing || now < reader.primusDueAt) continue
          reader.primusDueAt = now + primusEveryMs
          send(reader, writePrimusPing(Date.now()))
        }
      }
      return due
    },
    pingPages(now) {
      if (now - clientPingAt < clientPingEveryMs) return
      clientPingAt = now
      const bytes = Buffer.from(writeClientPing(Date.now()))
      for (const reader of readers)
        if (reader.joined && reader.socket.bufferedAmount <= behindAt + reader.allowance) send(reader, bytes)
    },
  }
}
