import { inflateRawSync } from 'node:zlib'

/** Text of a compressed frame; undefined where it is none, or larger than it may be: a small frame may hold a large one. */
export const tryInflate = (data: Buffer, maxBytes: number): string | undefined => {
  try {
    return inflateRawSync(data, { maxOutputLength: maxBytes }).toString()
  } catch {
    return undefined
  }
}
