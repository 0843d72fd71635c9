/** What the desk says to an ingest, as bytes of the local socket. */
import { refusals } from '../../ingest/counts.ts'
import type { Admitted, Downward, Pace } from '../model.ts'
import { nackReasons } from '../model.ts'
import type { ByteReader, ByteWriter } from './bytes.ts'

const types = [
  'admitted',
  'refused',
  'probe',
  'end',
  'ask',
  'ack',
  'nack',
  'pace',
] as const satisfies readonly (keyof Downward)[]
const code = Object.fromEntries(types.map((type, i) => [type, i])) as { readonly [T in keyof Downward]: number }
const endings = ['superseded', 'moved', 'drain', 'revoked'] as const

export const createDownWriter = (out: ByteWriter, wrote: () => void): Downward => {
  const begin = (type: keyof Downward, session: number): void => {
    out.u8(code[type])
    out.uint(session)
  }
  const end = (): void => {
    out.end()
    wrote()
  }
  return {
    admitted(session, admitted) {
      begin('admitted', session)
      out.text(JSON.stringify(admitted))
      end()
    },
    refused(session, reason, retryMs) {
      begin('refused', session)
      out.u8(refusals.indexOf(reason))
      out.uint(retryMs === undefined ? 0 : 1 + Math.round(retryMs))
      end()
    },
    probe(session) {
      begin('probe', session)
      end()
    },
    end(session, reason) {
      begin('end', session)
      out.u8(endings.indexOf(reason))
      end()
    },
    ask(session, numbers) {
      begin('ask', session)
      out.uint(numbers.length)
      for (const number of numbers) out.uint(number)
      end()
    },
    ack(session, through) {
      begin('ack', session)
      out.uint(through)
      end()
    },
    nack(session, through, reason, retryMs) {
      begin('nack', session)
      out.uint(through)
      out.u8(nackReasons.indexOf(reason))
      out.uint(Math.round(retryMs))
      end()
    },
    pace(pace) {
      begin('pace', 0)
      out.text(JSON.stringify(pace))
      end()
    },
  }
}

const nth = <T>(list: readonly T[], place: number): T => {
  const found = list[place]
  if (found === undefined) throw new RangeError('a word has no meaning')
  return found
}

/** Reads one message and says it. */
export const createDownReader =
  (down: Downward) =>
  (from: ByteReader): void => {
    const type = nth(types, from.u8())
    const session = from.uint()
    switch (type) {
      case 'admitted':
        return down.admitted(session, JSON.parse(from.text()) as Admitted)
      case 'refused': {
        const reason = nth(refusals, from.u8())
        const retry = from.uint()
        return down.refused(session, reason, retry === 0 ? undefined : retry - 1)
      }
      case 'probe':
        return down.probe(session)
      case 'end':
        return down.end(session, nth(endings, from.u8()))
      case 'ask': {
        const numbers: number[] = []
        for (let left = from.uint(); left > 0; left--) numbers.push(from.uint())
        return down.ask(session, numbers)
      }
      case 'ack':
        return down.ack(session, from.uint())
      case 'nack': {
        const through = from.uint()
        return down.nack(session, through, nth(nackReasons, from.u8()), from.uint())
      }
      case 'pace':
        return down.pace(JSON.parse(from.text()) as Pace)
    }
  }
