/** Cuts bytes of a file into lines, each with the place in the file behind it. */

export interface Line {
  readonly text: string
  /** Offset in the file behind the line and its end. */
  readonly end: number
  /** It was longer than is kept. */
  readonly isCut: boolean
}

export interface LineSplitter {
  push(bytes: Buffer): readonly Line[]
  /** What came without an end of line, as a line; undefined where there is none. */
  rest(): Line | undefined
}

/** Bytes of a line that are kept; what is beyond is passed over. */
export const maxLineBytes = 16_384

const lineFeed = 10

export const createLineSplitter = (start: number): LineSplitter => {
  let at = start
  let parts: Buffer[] = []
  let kept = 0
  let isCut = false

  const keep = (bytes: Buffer): void => {
    const room = maxLineBytes - kept
    if (bytes.length > room) isCut = true
    if (room <= 0) return
    const part = bytes.subarray(0, room)
    parts.push(part)
    kept += part.length
  }
  const take = (): Line => {
    const text = textOf(parts.length === 1 && parts[0] ? parts[0] : Buffer.concat(parts))
    const line = { text, end: at, isCut }
    parts = []
    kept = 0
    isCut = false
    return line
  }

  return {
    push(bytes) {
      const lines: Line[] = []
      let from = 0
      for (let end = bytes.indexOf(lineFeed); end !== -1; end = bytes.indexOf(lineFeed, from)) {
        keep(bytes.subarray(from, end))
        at += end + 1 - from
        from = end + 1
        lines.push(take())
      }
      if (from < bytes.length) {
        // A copy: the caller reads the next piece into the same bytes.
        keep(Buffer.from(bytes.subarray(from)))
        at += bytes.length - from
      }
      return lines
    },
    rest: () => (kept > 0 || isCut ? take() : undefined),
  }
}

/** NULs stand where a program went on writing at its old place after its file was truncated. */
const textOf = (bytes: Buffer): string => {
  let from = 0
  while (bytes[from] === 0) from++
  const text = bytes.toString('utf8', from)
  return text.endsWith('\r') ? text.slice(0, -1) : text
}
