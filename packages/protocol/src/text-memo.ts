/**
 * Finds a value again by the text it was made of, without hashing all of the text: thousands of nodes send the same block
 * within a second. What codecs have in common of it; what a text may stand for is theirs to say.
 */
export interface TextMemo<T> {
  readonly find: (text: string) => T | undefined
  readonly remember: (text: string, value: T) => void
  /** Texts found, and texts looked for in vain. */
  readonly hits: number
  readonly misses: number
}

// Bounds in characters. Nothing of an honest sealed chain comes near the first; a whole-transaction block of a busy
// public chain may, and is then parsed each time.
const maxText = 1024 * 1024
const maxTotalText = 16 * 1024 * 1024

/** `capacity`: distinct texts kept, oldest forgotten first. A few per height and client software suffice. */
export const createTextMemo = <T>(capacity: number): TextMemo<T> => {
  const known = new Map<number, { readonly text: string; readonly value: T }>()
  let total = 0
  let hits = 0
  let misses = 0

  const forget = (key: number): void => {
    total -= known.get(key)?.text.length ?? 0
    known.delete(key)
  }

  return {
    find: (text) => {
      const seen = known.get(sample(text))
      if (seen !== undefined && seen.text === text) {
        hits++
        return seen.value
      }
      misses++
      return undefined
    },
    remember: (text, value) => {
      if (text.length > maxText || capacity < 1) return
      const key = sample(text)
      forget(key)
      known.set(key, { text: alone(text), value })
      total += text.length
      for (const oldest of known.keys()) {
        if (known.size <= capacity && total <= maxTotalText) break
        forget(oldest)
      }
    },
    get hits() {
      return hits
    },
    get misses() {
      return misses
    },
  }
}

const dense = 32
const sparse = 16

/**
 * A key from the first characters, which hold the number, and a few spread over the rest. Hashing all of the text, as a
 * map keyed by it does, costs as much as parsing it. Two texts with one key take turns in one place of the memo, no
 * more: the texts are compared whole.
 */
const sample = (text: string): number => {
  let key = text.length
  const start = Math.min(dense, text.length)
  for (let i = 0; i < start; i++) key = (Math.imul(key, 31) + text.charCodeAt(i)) | 0
  if (text.length <= dense) return key
  const step = (text.length - start) / sparse
  for (let i = 0; i < sparse; i++) key = (Math.imul(key, 31) + text.charCodeAt(Math.floor(start + i * step))) | 0
  return key
}

/** A copy of its own: a part cut from a frame keeps the whole frame in memory. */
const alone = (text: string): string => ` ${text}`.slice(1)
