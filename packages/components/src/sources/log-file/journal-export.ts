/**
 * The export form of the journal (`journalctl -o export`): an entry is a line for each field, and an empty line ends it.
 *
 *     __CURSOR=…                      every entry begins with it
 *     PRIORITY=6
 *     MESSAGE                         of a value with line breaks or bytes that are no text only the name is a line:
 *     <8 bytes: length><value>        then come its length, little-endian, and the value
 *     (empty)
 *
 * An entry is given as a line of JSON, the other form of the journal, with the fields that are read of it.
 */
import { isUtf8 } from 'node:buffer'

export interface JournalReader {
  /** Bytes that come next and are no line; 0 where a line comes next. */
  readonly wants: number
  /** At most so many bytes as it wants. */
  give(bytes: Buffer): void
  /**
   * Takes a line: the entry that it ends, `held` where it is part of one, undefined where it is no part of an entry. An entry
   * that this line does not belong to, though it was not ended, comes first.
   */
  line(text: string): JournalStep
  /** The entry that was not ended, of a file that nobody writes to any more. */
  rest(): string | undefined
}

export interface JournalStep {
  /** JSON of the entry that is over. */
  readonly entry: string | undefined
  /** The line is part of an entry. */
  readonly isHeld: boolean
}

/** Those that a line of a log is made of. */
const read = new Set([
  '__REALTIME_TIMESTAMP',
  'MESSAGE',
  'PRIORITY',
  'SYSLOG_IDENTIFIER',
  '_COMM',
  '_PID',
  '_SYSTEMD_UNIT',
  'UNIT',
])
const begins = '__CURSOR='
const fieldName = /^[A-Z_][A-Z0-9_]{0,63}$/
const lengthBytes = 8
/** The journal itself has no larger field; what says it has one is something else. */
const mostBytes = 768 * 1024 * 1024
/** What is kept of a value. */
const keptBytes = 8192

type Value = string | readonly number[]

export const createJournalReader = (): JournalReader => {
  let fields: Record<string, Value> | undefined
  /** The value that is being read: its name, what of its length or itself is missing, and what is kept of it. */
  let value:
    | { readonly name: string; phase: 'length' | 'value'; missing: number; parts: Buffer[]; kept: number }
    | undefined
  let isBehindValue = false

  const finish = (): string | undefined => {
    const entry = fields && JSON.stringify(fields)
    fields = undefined
    value = undefined
    isBehindValue = false
    return entry
  }
  const keep = (name: string, bytes: Buffer): void => {
    if (fields !== undefined && read.has(name)) fields[name] = isUtf8(bytes) ? bytes.toString() : [...bytes]
  }
  const field = (text: string): boolean => {
    const equals = text.indexOf('=')
    const name = equals === -1 ? text : text.slice(0, equals)
    if (fields === undefined || !fieldName.test(name)) return false
    if (equals === -1) value = { name, phase: 'length', missing: lengthBytes, parts: [], kept: 0 }
    else if (read.has(name)) fields[name] = text.slice(equals + 1, equals + 1 + keptBytes)
    return true
  }

  return {
    get wants() {
      return value?.missing ?? 0
    },
    give(bytes) {
      if (value === undefined) return
      const part = bytes.subarray(0, keptBytes - value.kept)
      // A copy: the caller reads the next piece into the same bytes.
      if (part.length > 0) value.parts.push(Buffer.from(part))
      value.kept += part.length
      value.missing -= bytes.length
      if (value.missing > 0) return
      const whole = Buffer.concat(value.parts)
      const { name, phase } = value
      if (phase === 'length') {
        const length = whole.readBigUInt64LE()
        if (length > mostBytes) fields = undefined
        value =
          length > mostBytes || length === 0n
            ? undefined
            : { name, phase: 'value', missing: Number(length), parts: [], kept: 0 }
        if (length === 0n) keep(name, Buffer.alloc(0))
        isBehindValue = length === 0n
        return
      }
      keep(name, whole)
      value = undefined
      isBehindValue = true
    },
    line(text) {
      if (isBehindValue) {
        isBehindValue = false
        if (text === '') return { entry: undefined, isHeld: true }
      }
      if (text.startsWith(begins)) {
        const entry = finish()
        fields = {}
        return { entry, isHeld: true }
      }
      if (fields === undefined) return { entry: undefined, isHeld: false }
      if (text === '') return { entry: finish(), isHeld: true }
      return field(text) ? { entry: undefined, isHeld: true } : { entry: finish(), isHeld: false }
    },
    rest: finish,
  }
}
