import { kinds } from '../kinds/mod.ts'
import type { ObservationOf } from '../observation.ts'
import { ParseError } from '../errors.ts'
import { count, list, number, object, optional, text as textOf } from '../parse.ts'
import type { Reader } from '../parse.ts'
import { malformed } from './errors.ts'
import { base64Of32, base64Of64, lifeId, plain, readFields, spoolId, whole } from './fields.ts'
import { refuseLines, splitFrame } from './header.ts'
import type { Split } from './header.ts'
import { limits } from './limits.ts'
import { markOf } from './lineage.ts'
import { readBatchLines, readPlainLines } from './lines.ts'
import type { ReadContext } from './lines.ts'
import type { AgentMessage, Answer, Batch, Hello, Now } from './messages.ts'
import { protocolVersion } from './messages.ts'
import { byeReader, pingReader, pongReader } from './read-both.ts'

/** Reads a frame of an agent whole, or throws `ParseError` with one of `netstatsParseCodes`. */
export const readAgentFrame = (text: string, context: ReadContext): AgentMessage => {
  const batch = quickBatch(text, context)
  if (batch !== undefined) return batch
  const split = splitFrame(text)
  switch (split.type) {
    case 'batch':
      return readBatch(text, split, context)
    case 'now':
      return readNow(text, split, context)
    case 'answer':
      return readAnswer(text, split, context)
    case 'ping':
      refuseLines(split)
      return { type: 'ping', ...readFields(pingReader, split.header) }
    case 'pong':
      refuseLines(split)
      return { type: 'pong', ...readFields(pongReader, split.header) }
    case 'hello':
      refuseLines(split)
      return readHello(split)
    case 'proof':
      refuseLines(split)
      return { type: 'proof', ...readFields(proofReader, split.header) }
    case 'bye':
      refuseLines(split)
      return { type: 'bye', ...readFields(byeReader, split.header) }
    default:
      return { type: 'unknown' }
  }
}

/** Reads a frame that must be a batch. */
export const parseBatch = (text: string, context: ReadContext): Batch => {
  const batch = quickBatch(text, context)
  if (batch !== undefined) return batch
  const split = splitFrame(text)
  if (split.type !== 'batch') throw malformed('NETSTATS_HEADER_MALFORMED', 'type', 'expected "batch"')
  return readBatch(text, split, context)
}

const life = object({ life: lifeId, from: count })
const lives: Reader<Hello['lives']> = (value, path) => {
  const read = list(life, limits.lives)(value, path)
  const isAscending = read.every(({ from }, i) => i === 0 || from > (read[i - 1]?.from ?? 0))
  if (read.length === 0 || !isAscending) throw new ParseError('VALUE_INVALID', path, 'expected lives, oldest first')
  return read
}

const helloReader = object({
  agent: plain(1, limits.agentChars),
  node: plain(1, limits.nodeChars),
  info: kinds['node-info'].read,
  spool: spoolId,
  after: count,
  acknowledged: count,
  lives,
  time: number,
  software: plain(0, limits.softwareChars),
  token: optional(plain(1, limits.tokenChars)),
  key: optional(base64Of32),
  compress: optional(list(textOf(20), 8)),
})

const readHello = ({ header }: Split): Hello => {
  // A later version may mean anything by the other fields.
  const { version } = header
  if (version !== protocolVersion) {
    const known = Number.isSafeInteger(version)
    if (known) throw malformed('NETSTATS_VERSION_UNSUPPORTED', 'version', `this end speaks ${protocolVersion} only`)
    throw malformed('NETSTATS_FIELD_MALFORMED', 'version', 'expected a whole number')
  }
  return { type: 'hello', version: protocolVersion, ...readFields(helloReader, header) }
}

const proofReader = object({ signature: base64Of64 })

const batchReader = object({
  after: count,
  before: optional(count),
  count: whole(1, limits.batchItems),
  number: whole(1, Number.MAX_SAFE_INTEGER),
  signature: optional(base64Of64),
})

const readBatch = (text: string, { header, linesAt }: Split, context: ReadContext): Batch => {
  const fields = readFields(batchReader, header)
  return batchOf(text, linesAt ?? text.length + 1, fields, context)
}

const batchOf = (
  text: string,
  linesAt: number,
  { after, before, count, number, signature }: ReturnType<typeof batchReader>,
  context: ReadContext,
): Batch => {
  const { items, first, last, unknown, invalid } = readBatchLines(text, linesAt, count, after, context)
  const mark = markOf(text.slice(text.lastIndexOf('\n') + 1))
  const setAside = { unknown, invalid }
  const batch: Batch = { type: 'batch', after, number, count, first, last, mark, items, setAside }
  return {
    ...batch,
    ...(before === undefined ? {} : { before }),
    ...(signature === undefined ? {} : { signature }),
  }
}

/** The first line of a batch as `writeBatch` writes it. */
const quickForm =
  /\{"type":"batch","after":(0|[1-9]\d{0,15})(?:,"before":(0|[1-9]\d{0,15}))?,"count":([1-9]\d{0,3}),"number":([1-9]\d{0,14})(?:,"signature":"([A-Za-z0-9+/]{85}[AQgw]==)")?\}\n/y

/** Nearly all frames of an agent are batches, and nearly all of those begin like this: it spares JSON and its checks. */
const quickBatch = (text: string, context: ReadContext): Batch | undefined => {
  if (text.length > limits.frameBytes) return undefined
  quickForm.lastIndex = 0
  const match = quickForm.exec(text)
  if (match === null) return undefined
  const [after, count, number] = [Number(match[1]), Number(match[3]), Number(match[4])]
  const before = match[2] === undefined ? {} : { before: Number(match[2]) }
  if (count > limits.batchItems || !Number.isSafeInteger(after) || !Number.isSafeInteger(before.before ?? 0))
    return undefined
  const signature = match[5] === undefined ? {} : { signature: match[5] }
  return batchOf(text, quickForm.lastIndex, { after, ...before, count, number, ...signature }, context)
}

const nowReader = object({ number: whole(1, Number.MAX_SAFE_INTEGER), signature: optional(base64Of64) })

const readNow = (text: string, { header, linesAt }: Split, context: ReadContext): Now => {
  const fields = readFields(nowReader, header)
  const { items, unknown, invalid } = readPlainLines(text, linesAt, limits.nowItems, context)
  return { type: 'now', ...fields, observations: items, setAside: { unknown, invalid } }
}

const answerReader = object({
  id: whole(1, Number.MAX_SAFE_INTEGER),
  missing: optional(list(count, limits.requestNumbers)),
  signature: optional(base64Of64),
})

const readAnswer = (text: string, { header, linesAt }: Split, { node }: ReadContext): Answer => {
  const { missing = [], ...fields } = readFields(answerReader, header)
  // Old blocks are asked of one node: they would only push from the memo what all report.
  const { items, unknown, invalid } = readPlainLines(text, linesAt, limits.requestNumbers, { node })
  const isBlock = (item: (typeof items)[number]): item is ObservationOf<'block'> => item.kind === 'block'
  const isHeader = (item: (typeof items)[number]): item is ObservationOf<'header'> => item.kind === 'header'
  const blocks = items.filter(isBlock)
  const headers = items.filter(isHeader)
  const others = items.length - blocks.length - headers.length
  return { type: 'answer', ...fields, missing, blocks, headers, setAside: { unknown: unknown + others, invalid } }
}
