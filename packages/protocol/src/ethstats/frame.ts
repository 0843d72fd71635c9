import { structureFault } from '../structure.ts'
import { malformed } from './errors.ts'
import { bigLimit, lossyNumber } from '../loose/values.ts'

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

/** Refuses what would take far more memory than its length. Short texts pass: they cannot. */
export const checkStructure = (text: string): void => {
  const fault = structureFault(text, { maxDepth, maxContainers })
  if (fault === 'deep') throw malformed('FRAME_TOO_DEEP', '', `nested deeper than ${maxDepth}`)
  if (fault === 'many') throw malformed('FRAME_TOO_MANY_VALUES', '', `more than ${maxContainers} objects and lists`)
}
