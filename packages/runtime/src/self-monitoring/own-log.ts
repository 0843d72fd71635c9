/**
 * Lines of a program's own log that are to be reported as observations. They wait in a short queue until they are taken: the
 * log is there before the spool is, and writing a line must not wait for the disk.
 */
import { maxLogFields } from '@netstats/protocol'
import type { Log } from '@netstats/protocol'
import { reasonOf } from '@netstats/sdk'
import type { Clock, Logger } from '@netstats/sdk'
import { createBoundedMap, createTokenBucket, takeTokens } from '@netstats/sdk/limits'
import type { TokenBucket } from '@netstats/sdk/limits'
import { partLength } from './part-of.ts'
import type { OwnSource } from './part-of.ts'

export interface OwnLine {
  readonly at: ReturnType<Clock['now']>
  readonly body: Log
}

export interface OwnLog {
  /** Writes to the log that was given, and keeps what is severe enough. */
  readonly log: Logger
  /** The lines that wait, oldest first; they wait no more. */
  take(): readonly OwnLine[]
  /** Lines that were severe enough and are not reported, because there were too many. */
  readonly dropped: number
}

export interface OwnLogOptions {
  readonly log: Logger
  readonly clock: Pick<Clock, 'now' | 'monotonic'>
  /** Program that the lines come from. */
  readonly source: OwnSource
  /** Least severe number that is kept. */
  readonly severity: number
}

const severities = { debug: 7, info: 6, warn: 4, error: 3 } as const
type Level = keyof typeof severities

/** Of all parts together. */
const rateOfAll = { perSecond: 1, burst: 60 }
/** A part in a loop must not take the room of the others. */
const rateOfPart = { perSecond: 0.1, burst: 10 }
const mostParts = 200
const mostWaiting = 200

export const createOwnLog = ({ log, clock, source, severity }: OwnLogOptions): OwnLog => {
  const ofAll = createTokenBucket(rateOfAll, clock.monotonic())
  const ofParts = createBoundedMap<string, TokenBucket>(mostParts)
  let waiting: OwnLine[] = []
  let dropped = 0

  const fits = (part: string): boolean => {
    const now = clock.monotonic()
    const bucket = ofParts.get(part) ?? createTokenBucket(rateOfPart, now)
    ofParts.touch(part, bucket)
    return waiting.length < mostWaiting && takeTokens(bucket, rateOfPart, now) && takeTokens(ofAll, rateOfAll, now)
  }
  const keep = (level: Level, { part, ...fields }: Record<string, unknown>, message: string): void => {
    if (severities[level] > severity) return
    const component = typeof part === 'string' ? part.slice(0, partLength) : undefined
    if (!fits(component ?? '')) {
      dropped++
      return
    }
    const told = fieldsOf(fields)
    const body: Log = {
      severity: severities[level],
      source,
      message: message.slice(0, 8192),
      ...(component === undefined ? {} : { component }),
      ...(told === undefined ? {} : { fields: told }),
    }
    waiting.push({ at: clock.now(), body })
  }
  const wrap = (to: Logger, bound: object): Logger => {
    const at =
      (level: Level): Logger['info'] =>
      (fields, message) => {
        to[level](fields, message)
        keep(level, { ...bound, ...fields }, message)
      }
    return {
      debug: at('debug'),
      info: at('info'),
      warn: at('warn'),
      error: at('error'),
      child: (fields) => wrap(to.child(fields), { ...bound, ...fields }),
    }
  }
  return {
    log: wrap(log, {}),
    take() {
      const lines = waiting
      waiting = []
      return lines
    },
    get dropped() {
      return dropped
    },
  }
}

const fieldsOf = (fields: Readonly<Record<string, unknown>>): Log['fields'] => {
  const told = Object.entries(fields)
    .filter(([, value]) => value !== undefined)
    .slice(0, maxLogFields)
    .map(([name, value]) => [name.slice(0, 100), textOf(value).slice(0, 1024)])
  return told.length === 0 ? undefined : (Object.fromEntries(told) as Record<string, string>)
}

/** Of an error its message: where it happened is in the log itself. */
const textOf = (value: unknown): string => {
  if (typeof value === 'string') return value
  if (value instanceof Error) return reasonOf(value)
  try {
    return JSON.stringify(value) ?? String(value)
  } catch {
    return String(value)
  }
}
