/** Frames by hand, and the code they are refused with. */
import { ParseError } from '../../errors.ts'

export const line = (sequence: number | string, rest = '5 {"pending":1}'): string => `pending ${sequence} ${rest}`
export const batchText = (lines: readonly string[], fields: object = {}): string =>
  [JSON.stringify({ type: 'batch', after: 0, count: lines.length, number: 1, ...fields }), ...lines].join('\n')

export const code = (read: () => unknown): string | undefined => {
  try {
    read()
    return undefined
  } catch (error) {
    if (error instanceof ParseError) return error.code
    throw error
  }
}
