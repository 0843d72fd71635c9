import { toPlain } from '../parse.ts'
import type {
  AgentBye,
  Answer,
  Batch,
  Hello,
  Now,
  Ping,
  Pong,
  Proof,
  ServerMessage,
  UnknownMessage,
  Writable,
  WritableItem,
} from './messages.ts'

/** A frame to write: as it is read, with lines in the place of what is read from them. */
export type AgentFrame =
  | Hello
  | Proof
  | (Pick<Batch, 'type' | 'after' | 'before' | 'number' | 'signature'> & { readonly items: readonly WritableItem[] })
  | (Pick<Now, 'type' | 'number' | 'signature'> & { readonly items: readonly Writable[] })
  | (Pick<Answer, 'type' | 'id' | 'missing' | 'signature'> & { readonly items: readonly Writable[] })
  | Ping
  | Pong
  | AgentBye
export type ServerFrame = Exclude<ServerMessage, UnknownMessage>
export type Frame = AgentFrame | ServerFrame

/** Text of a frame. What leaves most often is put together by hand, the rest by JSON. */
export const writeFrame = (frame: Frame): string => {
  switch (frame.type) {
    case 'batch': {
      const { items } = frame
      return writeBatch(frame, items.length, items.map(writeItem).join('\n'))
    }
    case 'now':
      return writeNow(frame.number, frame.signature, frame.items.map(writeLine).join('\n'))
    case 'answer':
      return writeAnswer(frame.id, frame.missing, frame.signature, frame.items.map(writeLine).join('\n'))
    case 'ack':
      return `{"type":"ack","through":${frame.through}}`
    case 'ping':
      return `{"type":"ping","t1":${frame.t1}}`
    case 'pong':
      return `{"type":"pong","t1":${frame.t1},"t2":${frame.t2},"t3":${frame.t3}}`
    case 'hello':
      return JSON.stringify({ ...frame, info: toPlain(frame.info) })
    case 'proof':
    case 'bye':
    case 'challenge':
    case 'welcome':
    case 'nack':
    case 'credit':
    case 'intervals':
    case 'request':
    case 'refuse':
      return JSON.stringify(frame)
  }
}

const signed = (signature: string | undefined): string => (signature === undefined ? '' : `,"signature":"${signature}"`)

/** A batch of lines that are written already, at least one. */
export const writeBatch = (
  { after, before, number, signature }: Pick<Batch, 'after' | 'before' | 'number' | 'signature'>,
  count: number,
  lines: string,
): string => {
  const place = before === undefined ? '' : `,"before":${before}`
  return `{"type":"batch","after":${after}${place},"count":${count},"number":${number}${signed(signature)}}\n${lines}`
}

export const writeNow = (number: number, signature: string | undefined, lines: string): string =>
  `{"type":"now","number":${number}${signed(signature)}}${lines === '' ? '' : '\n'}${lines}`

export const writeAnswer = (
  id: number,
  missing: readonly number[],
  signature: string | undefined,
  lines: string,
): string => {
  const without = missing.length === 0 ? '' : `,"missing":[${missing.join(',')}]`
  return `{"type":"answer","id":${id}${without}${signed(signature)}}${lines === '' ? '' : '\n'}${lines}`
}

export const writeItem = (item: WritableItem): string =>
  `${item.kind} ${item.sequence} ${wholeMs(item.observedAt)} ${bodyText(item.body)}`

export const writeLine = (item: Writable): string => `${item.kind} ${wholeMs(item.observedAt)} ${bodyText(item.body)}`

/** Times of observations are whole milliseconds on the wire. One before 1970 is a clock that is not set: 0. */
const wholeMs = (time: number): number => Math.max(0, Math.min(Math.round(time), Number.MAX_SAFE_INTEGER)) || 0

const bodyText = (body: Writable['body']): string => {
  if (typeof body !== 'string') return JSON.stringify(toPlain(body))
  // Between the values of JSON a line break is as good as a blank; within them it cannot be.
  return body.includes('\n') ? body.replaceAll('\n', ' ') : body
}
