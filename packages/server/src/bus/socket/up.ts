/** What an ingest says to the desk, as bytes of the local socket. */
import { nodeId, unixMs } from '@netstats/protocol'
import type { Block, NodeInfo, Observation } from '@netstats/protocol'
import type { Login, SequencedItem, Upward } from '../model.ts'
import type { ByteReader, ByteWriter } from './bytes.ts'
import { createBodyReader, createBodyWriter } from './observation.ts'

const types = [
  'login',
  'observed',
  'batch',
  'now',
  'roundTrip',
  'clock',
  'alive',
  'greeted',
  'answered',
  'closed',
  'gone',
] as const satisfies readonly (keyof Upward)[]
const code = Object.fromEntries(types.map((type, i) => [type, i])) as { readonly [T in keyof Upward]: number }

/** `wrote` is called after each message, to see to it that it leaves. */
export const createUpWriter = (out: ByteWriter, wrote: () => void): Upward => {
  const bodies = createBodyWriter(out)
  const begin = (type: keyof Upward, session: number): void => {
    out.u8(code[type])
    out.uint(session)
  }
  const end = (): void => {
    out.end()
    wrote()
  }
  const timed = (type: keyof Upward, session: number, at: number): void => {
    begin(type, session)
    out.uint(at)
  }
  const observation = ({ kind, node, observedAt, body }: Observation): void => {
    bodies.kind(kind)
    out.text(node)
    out.f64(observedAt)
    bodies.body(kind, body)
  }
  return {
    login(session, at, login) {
      timed('login', session, at)
      out.text(JSON.stringify(login))
      end()
    },
    observed(session, at, kind, body) {
      timed('observed', session, at)
      bodies.kind(kind)
      bodies.body(kind, body)
      end()
    },
    batch(session, at, { after, last, items }) {
      timed('batch', session, at)
      out.uint(after)
      out.uint(last)
      out.uint(items.length)
      let before = after
      for (const item of items) {
        out.uint(item.sequence - before)
        before = item.sequence
        observation(item.observation)
      }
      end()
    },
    now(session, at, observations) {
      timed('now', session, at)
      out.uint(observations.length)
      for (const one of observations) observation(one)
      end()
    },
    roundTrip(session, at, roundTripMs) {
      timed('roundTrip', session, at)
      out.f64(roundTripMs)
      end()
    },
    clock(session, offsetMs, errorMs) {
      begin('clock', session)
      out.f64(offsetMs)
      out.f64(errorMs)
      end()
    },
    alive(session) {
      begin('alive', session)
      end()
    },
    greeted(session, at, info) {
      timed('greeted', session, at)
      out.text(JSON.stringify(info))
      end()
    },
    answered(session, at, blocks) {
      timed('answered', session, at)
      out.uint(blocks.length)
      for (const block of blocks) bodies.body('block', block)
      end()
    },
    closed(session, at) {
      timed('closed', session, at)
      end()
    },
    gone(session, at) {
      timed('gone', session, at)
      end()
    },
  }
}

/** Reads one message and says it. */
export const createUpReader = (up: Upward): ((reader: ByteReader) => void) => {
  let from: ByteReader
  const bodies = createBodyReader(() => from)
  const observation = (): Observation => {
    const kind = bodies.kind()
    const node = nodeId(from.text())
    const observedAt = unixMs(from.f64())
    return { kind, node, observedAt, body: bodies.body(kind) } as Observation
  }
  const listOf = <T>(read: () => T): readonly T[] => {
    const list: T[] = []
    for (let left = from.uint(); left > 0; left--) list.push(read())
    return list
  }
  return (reader) => {
    from = reader
    const type = types[reader.u8()]
    const session = reader.uint()
    if (type === undefined) throw new RangeError('a message has no type')
    switch (type) {
      case 'alive':
        return up.alive(session)
      case 'clock':
        return up.clock(session, reader.f64(), reader.f64())
      case 'login': {
        const at = unixMs(reader.uint())
        return up.login(session, at, JSON.parse(reader.text()) as Login)
      }
      case 'observed': {
        const at = unixMs(reader.uint())
        const kind = bodies.kind()
        return up.observed(session, at, kind, bodies.body(kind))
      }
      case 'batch': {
        const at = unixMs(reader.uint())
        const after = reader.uint()
        const last = reader.uint()
        let sequence = after
        const items = listOf<SequencedItem>(() => {
          sequence += reader.uint()
          return { sequence, observation: observation() }
        })
        return up.batch(session, at, { after, last, items })
      }
      case 'now':
        return up.now(session, unixMs(reader.uint()), listOf(observation))
      case 'roundTrip':
        return up.roundTrip(session, unixMs(reader.uint()), reader.f64())
      case 'greeted': {
        const at = unixMs(reader.uint())
        return up.greeted(session, at, JSON.parse(reader.text()) as NodeInfo)
      }
      case 'answered': {
        const at = unixMs(reader.uint())
        return up.answered(
          session,
          at,
          listOf(() => bodies.body('block') as Block),
        )
      }
      case 'closed':
        return up.closed(session, unixMs(reader.uint()))
      case 'gone':
        return up.gone(session, unixMs(reader.uint()))
    }
  }
}
