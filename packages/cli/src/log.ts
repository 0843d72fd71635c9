import { pino } from 'pino'
import type { Logger } from '@netstats/sdk'
import type { LogFormat, LogLevel } from '@netstats/runtime/config'

export interface LogOptions {
  readonly level: LogLevel
  /** Lines for people or JSON; `auto` is for people where standard error is a terminal. */
  readonly format: LogFormat
}

/** The log of a command, on standard error: JSON for machines, short lines on a terminal. */
export const createLog = ({ level, format }: LogOptions): Logger => {
  const readable = format === 'auto' ? process.stderr.isTTY : format === 'readable'
  const destination = pino.destination({ dest: 2, sync: true })
  const target = readable
    ? { write: (line: string) => void process.stderr.write(forPeople(line)) }
    : { write: (line: string) => void destination.write(forMachines(line)) }
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { error: pino.stdSerializers.err },
    },
    target,
  )
}

/** What begins a new line, commands a terminal, turns the direction of a text or hides in it. */
const unsafe = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu

/** JSON escapes what is below U+0020 only; a terminal that shows the log obeys others, too. The values stay the same. */
export const forMachines = (line: string): string =>
  line.replaceAll(unsafe, (char) =>
    char === '\n'
      ? char
      : Array.from({ length: char.length }, (_, i) => `\\u${char.charCodeAt(i).toString(16).padStart(4, '0')}`).join(
          '',
        ),
  )

const maxField = 200

/** `12:03:04 warn  sink/ethstats.a  the server closed the connection  code=1006` */
export const forPeople = (line: string): string => {
  let entry: Record<string, unknown>
  try {
    entry = JSON.parse(line) as Record<string, unknown>
  } catch {
    return line
  }
  const { time, level, msg, part, error, ...fields } = entry
  const clock = typeof time === 'string' ? time.slice(11, 19) : ''
  const told = Object.entries(fields).map(([key, value]) => `${key}=${shown(value)}`)
  const reason = (error as { message?: unknown } | undefined)?.message
  const words = [clock, String(level).padEnd(5), part, msg, typeof reason === 'string' ? `(${reason})` : '', ...told]
  const said = words.filter((word) => word !== undefined && word !== '')
  // Words of an error may be those of a peer, as the fields are.
  return `${said.join(' ').replaceAll(unsafe, ' ')}\n`
}

const shown = (value: unknown): string => {
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return text.length > maxField ? `${text.slice(0, maxField)}…` : text
}
