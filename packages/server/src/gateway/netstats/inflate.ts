import { inflateRawSync } from 'node:zlib'

/** What a compressed frame says; undefined where it is none, or larger than it may be: a small frame may hold a large one. */
export const tryInflate = (data: Buffer, maxBytes: number): Buffer | undefined => {
  try {
    return inflateRawSync(data, { maxOutputLength: maxBytes })
  } catch {
    return undefined
  }
}
