/** Cuts bytes of a file into lines, each with the place in the file behind it. An entry of the journal is one of them. */
import { createJournalReader } from './journal-export.ts'

export interface Line {
  readonly text: string
  /** Offset in the file behind the line and its end. */
  readonly end: number
  /** It was longer than is kept. */
  readonly isCut: boolean
}

export interface LineSplitter {
  push(bytes: Buffer): readonly Line[]
  /** What came without an end, of a line or of an entry of the journal. */
  rest(): readonly Line[]
}

/** Bytes of a line that are kept; what is beyond is passed over. */
export const maxLineBytes = 16_384

const lineFeed = 10

export const createLineSplitter = (start: number): LineSplitter => {
  let at = start
  /** Where the line at hand begins. */
  let began = start
  let parts: Buffer[] = []
  let kept = 0
  let isCut = false
  const journal = createJournalReader()

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

  const give = (line: Line, into: Line[]): void => {
    const { entry, isHeld } = journal.line(line.text)
    if (entry !== undefined) into.push({ text: entry, end: line.text === '' ? line.end : began, isCut: false })
    if (!isHeld) into.push(line)
    began = at
  }

  return {
    push(bytes) {
      const lines: Line[] = []
      let from = 0
      while (from < bytes.length) {
        if (journal.wants > 0) {
          const value = bytes.subarray(from, from + journal.wants)
          journal.give(value)
          at += value.length
          began = at
          from += value.length
          continue
        }
        const end = bytes.indexOf(lineFeed, from)
        if (end === -1) {
          // A copy: the caller reads the next piece into the same bytes.
          keep(Buffer.from(bytes.subarray(from)))
          at += bytes.length - from
          break
        }
        keep(bytes.subarray(from, end))
        at += end + 1 - from
        from = end + 1
        give(take(), lines)
      }
      return lines
    },
    rest() {
      const lines: Line[] = []
      if (kept > 0 || isCut) give(take(), lines)
      const entry = journal.rest()
      if (entry !== undefined) lines.push({ text: entry, end: at, isCut: false })
      return lines
    },
  }
}

/** NULs stand where a program went on writing at its old place after its file was truncated. */
const textOf = (bytes: Buffer): string => {
  let from = 0
  while (bytes[from] === 0) from++
  const text = bytes.toString('utf8', from)
  return text.endsWith('\r') ? text.slice(0, -1) : text
}
