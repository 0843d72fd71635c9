import { malformed } from './errors.ts'
import { bigLimit, lossyNumber } from './values.ts'

/** Frames of up to this many characters are parsed as they come; above, their structure is checked before. */
const checkedFrom = 256 * 1024
const maxDepth = 64
// `[{},{},…]` takes sixty bytes of heap for three on the wire. The largest honest frames, Besu histories with whole
// transactions, stay below a fifth of this.
const maxContainers = 500_000

/**
 * Parses a frame and hands its value to `read`. Where `read` meets a number that JSON.parse has already rounded, the
 * frame is parsed once more with such numbers as bigint: it is rare, and slower by half.
 */
export const readFrame = <T>(text: string, read: (value: unknown) => T): T => {
  checkStructure(text)
  return readValue(text, read)
}

/** `readFrame` for a text whose structure was checked, or is part of one that was. */
export const readValue = <T>(text: string, read: (value: unknown) => T): T => {
  const value = parse(text)
  try {
    return read(value)
  } catch (error) {
    if (error !== lossyNumber) throw error
    return read(parse(text, exactly))
  }
}

type Reviver = (key: string, value: unknown, context: { readonly source?: string }) => unknown
// ECMAScript's JSON.parse source text access; the library types do not have the third parameter yet.
const jsonParse = JSON.parse as (text: string, reviver?: Reviver) => unknown

const exactly: Reviver = (_, value, { source }) => {
  if (typeof value !== 'number' || Number.isSafeInteger(value) || !Number.isInteger(value)) return value
  if (value < 0 || value >= bigLimit) return value
  return BigInt(source !== undefined && /^\d+$/.test(source) ? source : value)
}

const parse = (text: string, reviver?: Reviver): unknown => {
  try {
    return reviver === undefined ? jsonParse(text) : jsonParse(text, reviver)
  } catch (error) {
    // A reviver walks the value by recursion; plain JSON.parse does not.
    if (error instanceof RangeError) throw malformed('FRAME_TOO_DEEP', '', 'nested too deep')
    throw malformed('FRAME_NOT_JSON', '', 'not JSON')
  }
}

const quote = 0x22
const backslash = 0x5c

/** Refuses what would take far more memory than its length. Short texts pass: they can not. */
export const checkStructure = (text: string): void => {
  if (text.length <= checkedFrom) return
  let depth = 0
  let containers = 0
  for (let at = 0; at < text.length; at++) {
    const c = text.charCodeAt(at)
    if (c === quote) at = stringEnd(text, at)
    else if (c === 0x7b || c === 0x5b) {
      if (++depth > maxDepth) throw malformed('FRAME_TOO_DEEP', '', `nested deeper than ${maxDepth}`)
      if (++containers > maxContainers)
        throw malformed('FRAME_TOO_MANY_VALUES', '', `more than ${maxContainers} objects and lists`)
    } else if (c === 0x7d || c === 0x5d) depth--
  }
}

/** Position of the quote that ends the string begun at `start`; the end of the text where there is none. */
const stringEnd = (text: string, start: number): number => {
  for (let at = text.indexOf('"', start + 1); at !== -1; at = text.indexOf('"', at + 1)) {
    let escapes = 0
    while (text.charCodeAt(at - 1 - escapes) === backslash) escapes++
    if (escapes % 2 === 0) return at
  }
  return text.length
}
