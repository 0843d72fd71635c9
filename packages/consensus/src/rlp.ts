/** Recursive Length Prefix (Ethereum yellow paper, appendix B): encoding, and decoding of what may be hostile. */
import { concatBytes } from '@noble/hashes/utils.js'

export type RlpItem = Uint8Array | readonly RlpItem[]

export class RlpError extends Error {
  override readonly name = 'RlpError'
}

/** Bounds of what is decoded: headers nest three deep, and their longest list are the validators or their seals. */
const maxDepth = 8
const maxItems = 4096

export const encodeRlp = (item: RlpItem): Uint8Array => {
  if (item instanceof Uint8Array) {
    if (item.length === 1 && (item[0] ?? 0) < 0x80) return item
    return concatBytes(prefix(0x80, item.length), item)
  }
  const parts = item.map(encodeRlp)
  const length = parts.reduce((sum, part) => sum + part.length, 0)
  return concatBytes(prefix(0xc0, length), ...parts)
}

const prefix = (base: number, length: number): Uint8Array => {
  if (length < 56) return Uint8Array.of(base + length)
  const bytes: number[] = []
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) bytes.unshift(rest % 256)
  return Uint8Array.of(base + 55 + bytes.length, ...bytes)
}

/** The one item that the bytes are; throws `RlpError` where they are not canonical, too deep, too many, or go on after it. */
export const decodeRlp = (bytes: Uint8Array): RlpItem => {
  const budget = { items: maxItems }
  const { item, end } = decodeAt(bytes, 0, bytes.length, 0, budget)
  if (end !== bytes.length) throw new RlpError('bytes after the end')
  return item
}

/** `decodeRlp`, undefined where the bytes are no RLP. */
export const tryDecodeRlp = (bytes: Uint8Array): RlpItem | undefined => {
  try {
    return decodeRlp(bytes)
  } catch (error) {
    if (error instanceof RlpError) return undefined
    throw error
  }
}

const decodeAt = (
  bytes: Uint8Array,
  at: number,
  limit: number,
  depth: number,
  budget: { items: number },
): { readonly item: RlpItem; readonly end: number } => {
  if (depth > maxDepth) throw new RlpError('nested too deep')
  if (--budget.items < 0) throw new RlpError('too many items')
  const first = bytes[at]
  if (first === undefined || at >= limit) throw new RlpError('ends in the middle')
  if (first < 0x80) return { item: bytes.subarray(at, at + 1), end: at + 1 }
  const isList = first >= 0xc0
  const { start, end } = extent(bytes, at, limit, first - (isList ? 0xc0 : 0x80))
  if (!isList) {
    const item = bytes.subarray(start, end)
    if (item.length === 1 && (item[0] ?? 0) < 0x80) throw new RlpError('a short byte in the long form')
    return { item, end }
  }
  const items: RlpItem[] = []
  for (let next = start; next < end; ) {
    const one = decodeAt(bytes, next, end, depth + 1, budget)
    items.push(one.item)
    next = one.end
  }
  return { item: items, end }
}

/** Where the content begins and ends of an item whose first byte is `code` above its base. */
const extent = (bytes: Uint8Array, at: number, limit: number, code: number): { start: number; end: number } => {
  let start = at + 1
  let length = code
  if (code > 55) {
    start += code - 55
    // Four bytes of length are more than any header may have.
    if (code - 55 > 4 || start > limit) throw new RlpError('ends in the middle')
    length = 0
    for (let index = at + 1; index < start; index++) length = length * 256 + (bytes[index] ?? 0)
    if (length < 56 || bytes[at + 1] === 0) throw new RlpError('a length in a longer form than it needs')
  }
  if (start + length > limit) throw new RlpError('ends in the middle')
  return { start, end: start + length }
}
