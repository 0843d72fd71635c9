import { malformed } from './errors.ts'
import { limits } from './limits.ts'

/** A frame's first line, and where the lines after it begin. */
export interface Split {
  readonly type: string
  readonly header: Readonly<Record<string, unknown>>
  /** Index of the first character after the first line break; undefined where there is none. */
  readonly linesAt: number | undefined
}

/** Parses the first line of a frame and nothing else. */
export const splitFrame = (text: string): Split => {
  if (text.length > limits.frameBytes)
    throw malformed('NETSTATS_FRAME_TOO_LONG', '', `longer than ${limits.frameBytes} bytes`)
  const end = text.indexOf('\n')
  const length = end === -1 ? text.length : end
  if (length > limits.headerChars)
    throw malformed('NETSTATS_HEADER_TOO_LONG', '', `a first line of more than ${limits.headerChars} characters`)
  const header = parse(end === -1 ? text : text.slice(0, end))
  // Inherited fields are nobody's: a header called `__proto__` must not say what type a frame is.
  const type = Object.hasOwn(header, 'type') ? header.type : undefined
  if (typeof type !== 'string') throw malformed('NETSTATS_HEADER_MALFORMED', 'type', 'expected text')
  return { type, header, linesAt: end === -1 ? undefined : end + 1 }
}

const parse = (line: string): Record<string, unknown> => {
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch {
    throw malformed('NETSTATS_HEADER_MALFORMED', '', 'the first line is not JSON')
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw malformed('NETSTATS_HEADER_MALFORMED', '', 'the first line is not an object')
  return value as Record<string, unknown>
}

/** For frames that are their first line. */
export const refuseLines = (split: Split): void => {
  if (split.linesAt !== undefined)
    throw malformed('NETSTATS_LINES_UNEXPECTED', '', `a frame of type "${split.type}" has no lines`)
}
