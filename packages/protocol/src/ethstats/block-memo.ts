import { createTextMemo } from '../text-memo.ts'
import { checkStructure, readValue } from './frame.ts'
import type { Report } from './messages.ts'
import { readBlock } from './read-block.ts'

/**
 * Recognises blocks by the text of their payload. Thousands of nodes send the same block within a second, and the same
 * client software writes it byte for byte the same; only the id beside it differs.
 *
 *     {"emit":["block",{"block":  {…}  ,"id":"alpha"}]}      geth and its kin: Go sorts the keys
 *     {"emit":["block",{"id":"alpha","block":  {…}  }]}      the others
 *
 * It cannot be fooled: the text between the fixed parts counts only if it was, or now is, parsed alone as one JSON
 * value, and the id only if it has no escapes. Then frame = fixed part + value + fixed part can be read in one way.
 * Everything else goes the ordinary way.
 */
interface Found {
  readonly id: string
  readonly reports: readonly Report[]
  /** Fields of a block read now that cannot be used. */
  readonly unread: readonly string[]
}

export interface BlockMemo {
  /** The block frame's id, as it stands in the text, and its report; undefined where the frame must be parsed whole. */
  readonly find: (frame: string) => Found | undefined
  /** Frames answered from memory, and block frames that had to be parsed. */
  readonly hits: number
  readonly misses: number
}

/** `capacity`: distinct block texts kept, oldest forgotten first. A few per height and client software suffice. */
export const createBlockMemo = (capacity = 64): BlockMemo => {
  const memo = createTextMemo<readonly Report[]>(capacity)
  return {
    find: (frame) => {
      const parts = splitBlockFrame(frame)
      if (parts === undefined) return undefined
      const seen = memo.find(parts.block)
      if (seen !== undefined) return { id: parts.id, reports: seen, unread: nothing }
      checkStructure(frame)
      const reading = readAlone(parts.block)
      if (reading === undefined) return undefined
      const body = Object.freeze(reading.block)
      const reports: readonly Report[] = Object.freeze([Object.freeze({ kind: 'block', body })])
      memo.remember(parts.block, reports)
      return { id: parts.id, reports, unread: reading.unread }
    },
    get hits() {
      return memo.hits
    },
    get misses() {
      return memo.misses
    },
  }
}

/** The block, or nothing where the text is not one JSON value or no block: then the ordinary way gives the error. */
const readAlone = (text: string): ReturnType<typeof readBlock> | undefined => {
  try {
    return readValue(text, (value) => readBlock(value, 'block'))
  } catch {
    return undefined
  }
}

const nothing: readonly string[] = []

const blockFirst = '{"emit":["block",{"block":'
const blockLetter = blockFirst.indexOf('block')
const idFirst = '{"emit":["block",{"id":"'
const idLast = ',"id":'
const blockLast = '","block":'
const end = '}]}'
// Escapes would have to be decoded, and control characters make the frame no JSON.
// oxlint-disable-next-line eslint/no-control-regex -- control characters are what it looks for
const notPlain = /["\\\u0000-\u001f]/

const splitBlockFrame = (frame: string): { readonly id: string; readonly block: string } | undefined => {
  // Most frames are no blocks, and this letter is enough to tell.
  if (frame.charCodeAt(blockLetter) !== 0x62) return undefined
  let stop = frame.length
  while (isBlank(frame.charCodeAt(stop - 1))) stop--
  if (!frame.endsWith(end, stop)) return undefined
  stop -= end.length
  if (frame.startsWith(blockFirst)) {
    if (frame.charCodeAt(stop - 1) !== 0x22) return undefined
    const open = frame.lastIndexOf('"', stop - 2)
    if (!frame.endsWith(idLast, open) || open < blockFirst.length + idLast.length) return undefined
    const id = frame.slice(open + 1, stop - 1)
    return notPlain.test(id) ? undefined : { id, block: frame.slice(blockFirst.length, open - idLast.length) }
  }
  if (frame.startsWith(idFirst)) {
    const close = frame.indexOf('"', idFirst.length)
    if (!frame.startsWith(blockLast, close)) return undefined
    const id = frame.slice(idFirst.length, close)
    return notPlain.test(id) ? undefined : { id, block: frame.slice(close + blockLast.length, stop) }
  }
  return undefined
}

const isBlank = (c: number): boolean => c === 0x0a || c === 0x20 || c === 0x0d || c === 0x09
