import type { Block } from '../kinds/mod.ts'

/** Recognises bodies of blocks by their text: repeats are the same frozen object, and are not parsed again. */
export interface BodyMemo {
  /** Throws `ParseError` where the text is no block. */
  readonly block: (text: string) => Block
  readonly hits: number
  readonly misses: number
}

export const createBodyMemo = (capacity = 64): BodyMemo => {
  throw new Error(`not built yet: ${capacity}`)
}
