import { pino } from 'pino'
import type { Logger } from '@netstats/sdk'

export const logLevels = ['debug', 'info', 'warn', 'error', 'silent'] as const
export type LogLevel = (typeof logLevels)[number]

export interface LogOptions {
  readonly level: LogLevel
  /** Lines for people instead of JSON; on by itself where standard error is a terminal. */
  readonly readable?: boolean
}

/** The log of a command, on standard error: JSON for machines, short lines on a terminal. */
export const createLog = ({ level, readable = process.stderr.isTTY === true }: LogOptions): Logger => {
  const target = readable
    ? { write: (line: string) => void process.stderr.write(forPeople(line)) }
    : pino.destination({ dest: 2, sync: true })
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
  return `${words.filter((word) => word !== undefined && word !== '').join(' ')}\n`
}

const shown = (value: unknown): string => {
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  const plain = text.replaceAll(/[\u0000-\u001f\u007f]/g, ' ')
  return plain.length > maxField ? `${plain.slice(0, maxField)}…` : plain
}
