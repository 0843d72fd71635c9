import { ParseError } from '../errors.ts'

/** Every code the codec of `netstats.v1` throws. A closed set: peers count what they refuse by it. */
export const netstatsParseCodes = [
  'NETSTATS_FRAME_TOO_LONG',
  'NETSTATS_HEADER_TOO_LONG',
  'NETSTATS_HEADER_MALFORMED',
  'NETSTATS_FIELD_MALFORMED',
  'NETSTATS_VERSION_UNSUPPORTED',
  'NETSTATS_LINES_UNEXPECTED',
  'NETSTATS_TOO_MANY_LINES',
  'NETSTATS_COUNT_WRONG',
  'NETSTATS_LINE_MALFORMED',
  'NETSTATS_SEQUENCE_WRONG',
] as const
export type NetstatsParseCode = (typeof netstatsParseCodes)[number]

export const malformed = (code: NetstatsParseCode, path: string, message: string): ParseError =>
  new ParseError(code, path, message)
