/**
 * Lines out of a stream of bytes. With `octetCounting` each frame is told by itself: digits, a space and `<` begin one that
 * says its length (RFC 6587 §3.4.1), everything else ends with a line feed.
 *
 *     142 <165>1 2026-…   |  <13>Nov 30 …\n
 */
export interface FramerOptions {
  readonly maxBytes: number
  readonly octetCounting: boolean
  /** The bytes are the framer's own after the call. `isCut`: there was more of it. */
  readonly onFrame: (bytes: Buffer, isCut: boolean) => void
  /** Whether one more may be given; the framer keeps the rest where it may not. */
  readonly mayGive: () => boolean
}

export interface Framer {
  /** True where all that is complete was given; false where `drain` must be called once more may be given. */
  push(chunk: Buffer): boolean
  drain(): boolean
  /** The stream is over: what was begun is a line, unless it says that it is longer. */
  end(): void
  /** A frame was begun and is not complete. */
  readonly isPartial: boolean
  /** Frames given. */
  readonly frames: number
}

const lineFeed = 10
const carriageReturn = 13
const space = 32
const lessThan = 0x3c
const nothing = Buffer.alloc(0)
/** More digits are no length: the frame is a line that begins with a number. */
const maxDigits = 9

// oxlint-disable-next-line max-lines-per-function -- every step moves the same place in the same bytes, and what is still to be skipped
export const createFramer = ({ maxBytes, octetCounting, onFrame, mayGive }: FramerOptions): Framer => {
  let rest: Buffer = nothing
  let at = 0
  let frames = 0
  /** What is left of a frame that was cut. */
  let skipBytes = 0
  let skipsLine = false

  const give = (from: number, to: number, isCut: boolean): void => {
    let end = to
    if (!isCut && end > from && rest[end - 1] === lineFeed) end--
    if (!isCut && end > from && rest[end - 1] === carriageReturn) end--
    if (end === from) return
    frames++
    onFrame(rest.subarray(from, end), isCut)
  }

  /** True where something was taken; false where more bytes are needed. */
  const step = (): boolean => {
    if (at >= rest.length) return false
    if (skipBytes > 0) {
      const skipped = Math.min(skipBytes, rest.length - at)
      skipBytes -= skipped
      at += skipped
      return true
    }
    if (skipsLine) {
      const end = rest.indexOf(lineFeed, at)
      skipsLine = end < 0
      at = end < 0 ? rest.length : end + 1
      return true
    }
    const counted = octetCounting ? countAt(rest, at) : undefined
    if (counted === 'wait') return false
    return counted === undefined ? line() : octets(counted.start, counted.length)
  }

  const octets = (start: number, length: number): boolean => {
    const taken = Math.min(length, maxBytes)
    if (rest.length - start < taken) return false
    at = start + taken
    skipBytes = length - taken
    give(start, at, skipBytes > 0)
    return true
  }

  const line = (): boolean => {
    const from = at
    const end = rest.indexOf(lineFeed, from)
    const length = (end < 0 ? rest.length : end) - from
    if (length > maxBytes) {
      at = end < 0 ? rest.length : end + 1
      skipsLine = end < 0
      give(from, from + maxBytes, true)
      return true
    }
    if (end < 0) return false
    at = end + 1
    give(from, at, false)
    return true
  }

  const drain = (): boolean => {
    while (mayGive()) {
      if (step()) continue
      // What is left is copied: a few bytes must not keep the whole chunk alive.
      rest = at >= rest.length ? nothing : Buffer.from(rest.subarray(at))
      at = 0
      return true
    }
    return false
  }

  return {
    push(chunk) {
      rest = at >= rest.length ? chunk : Buffer.concat([rest.subarray(at), chunk])
      at = 0
      return drain()
    },
    drain,
    end() {
      const from = at
      const isCounted = octetCounting && countAt(rest, from) !== undefined
      at = rest.length
      if (from < rest.length && skipBytes === 0 && !skipsLine && !isCounted) give(from, rest.length, false)
    },
    get isPartial() {
      return skipBytes > 0 || skipsLine || at < rest.length
    },
    get frames() {
      return frames
    },
  }
}

/** The length that a frame says; `wait` where that cannot be told yet, undefined where it says none. */
const countAt = (
  bytes: Buffer,
  at: number,
): { readonly start: number; readonly length: number } | 'wait' | undefined => {
  let length = 0
  for (let i = at; i <= at + maxDigits; i++) {
    const byte = bytes[i]
    if (byte === undefined) return i === at ? undefined : 'wait'
    const digit = byte - 0x30
    if (digit >= 0 && digit <= 9 && (i > at || digit > 0)) {
      length = length * 10 + digit
      continue
    }
    if (byte !== space || i === at) return undefined
    const next = bytes[i + 1]
    if (next === undefined) return 'wait'
    return next === lessThan ? { start: i + 1, length } : undefined
  }
  return undefined
}
