/** Joins lines to entries: what a stack trace goes on with belongs to the line it began with. */
import { readLine, withoutEscapes } from './forms/mod.ts'
import type { FormContext, LogLine } from './forms/mod.ts'
import type { Line } from './lines.ts'

/** One entry of a log, of one line or of several. */
export interface Entry {
  /** What its first line says; undefined where no form is known of it. */
  readonly line: LogLine | undefined
  /** All its lines. */
  readonly text: string
  /** Its lines after the first. */
  readonly more: string
  readonly isCut: boolean
  /** Place in the file behind it. */
  readonly end: number
}

export interface EntryJoiner {
  /** The entry before, where this line begins another one. */
  add(line: Line, context: FormContext): Entry | undefined
  /** The entry that was being joined; for the end of the file, and when nothing came for a while. */
  flush(): Entry | undefined
  readonly waits: boolean
}

/** What an entry keeps of its lines after the first. */
const mostLines = 200
const mostCharacters = 8192

/** How lines go on that begin no entry of their own, in Java, .NET, Go, Rust and Python. */
const goesOn =
  /^(?:\s|at |Caused by: |Suppressed: |\.\.\. \d+ (?:more|common)|--- End of|[\w$.]{3,200}(?:Exception|Error|Throwable)(?::|$)|goroutine \d+ \[|created by |\[signal |stack backtrace:|note: run with|Traceback )/
/** After these a Go program says everything that it does, and ends. */
const panics = /^(?:panic: |fatal error: |unexpected fault address |SIG[A-Z]+: |runtime: )/

export const createEntryJoiner = (): EntryJoiner => {
  let open:
    | { line: LogLine | undefined; first: string; more: string[]; size: number; isCut: boolean; end: number }
    | undefined
  let inPanic = false

  const flush = (): Entry | undefined => {
    if (open === undefined) return undefined
    const { line, first, more, isCut, end } = open
    open = undefined
    return { line, text: [first, ...more].join('\n'), more: more.join('\n'), isCut, end }
  }

  return {
    add({ text: raw, end, isCut }, context) {
      const text = withoutEscapes(raw)
      const mayGoOn = open !== undefined && (goesOn.test(text) || text === '')
      const line = mayGoOn ? undefined : readLine(text, context)
      if (line !== undefined) inPanic = false
      if (open !== undefined && (mayGoOn || (inPanic && line === undefined))) {
        open.end = end
        if (text === '') return undefined
        if (open.more.length >= mostLines || open.size + text.length > mostCharacters) open.isCut = true
        else {
          open.more.push(text)
          open.size += text.length + 1
        }
        return undefined
      }
      const before = flush()
      if (text === '') return before
      inPanic ||= panics.test(text)
      open = { line, first: text, more: [], size: 0, isCut, end }
      return before
    },
    flush() {
      inPanic = false
      return flush()
    },
    get waits() {
      return open !== undefined
    },
  }
}
