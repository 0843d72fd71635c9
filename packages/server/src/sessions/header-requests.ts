/**
 * Which agent is asked for headers that the rules of a network's chain are waiting for. One agent a network is asked at a time,
 * once a second, so that no node is burdened; one that has none to give is left alone for a while, and another is asked.
 */
import type { Header, UnixMs } from '@netstats/protocol'
import { limits } from '@netstats/protocol/netstats'
import type { SessionRecord } from './session-record.ts'

export interface HeaderRequestsOptions {
  readonly records: () => Iterable<SessionRecord>
  /** Heights of each network whose headers are wanted. */
  readonly wanted: () => ReadonlyMap<string, readonly number[]>
  readonly observe: (record: SessionRecord, at: UnixMs, header: Header) => void
}

export interface HeaderRequests {
  /** Once a second. `now` is monotonic. */
  tick(now: number): void
  /** An answer; without headers where none came. */
  response(record: SessionRecord, headers: readonly Header[], at: UnixMs, now: number): void
}

/** An agent that gave nothing is asked again after so long. */
const pauseMs = 60_000

export const createHeaderRequests = ({ records, wanted, observe }: HeaderRequestsOptions): HeaderRequests => {
  /** Of each network the session that is asked for the next headers. */
  const whom = (networks: ReadonlyMap<string, readonly number[]>, now: number): ReadonlyMap<string, SessionRecord> => {
    const found = new Map<string, SessionRecord>()
    const busy = new Set<string>()
    for (const record of records()) {
      const { network, headers, state } = record
      if (state !== 'registered' || !headers.gives || !networks.has(network)) continue
      if (headers.asked) busy.add(network)
      else if (headers.againAt <= now && !found.has(network)) found.set(network, record)
    }
    for (const network of busy) found.delete(network)
    return found
  }

  return {
    tick(now) {
      const networks = wanted()
      if (networks.size === 0) return
      for (const [network, record] of whom(networks, now)) {
        const numbers = (networks.get(network) ?? []).slice(0, limits.requestNumbers)
        if (numbers.length === 0) continue
        record.headers.asked = true
        record.link.send({ type: 'request-headers', session: record.session, numbers })
      }
    },
    response(record, headers, at, now) {
      if (!record.headers.asked) return
      record.headers.asked = false
      if (headers.length === 0) record.headers.againAt = now + pauseMs
      for (const header of headers) observe(record, at, header)
    },
  }
}
