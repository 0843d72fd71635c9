/**
 * A line of StatsD, with what DogStatsD, Telegraf and Graphite add to it. The same line always means the same; nothing is
 * looked up and nothing thrown.
 *
 *     name:value[:value…]|type[|@rate][|#tag,tag:value…][|…]        values of several types: name:1|c:2|ms
 *     name;tag=value:1|c     name,tag=value:1|c                     tags in the name
 *     _e{…}:…                _sc|…                                  events and service checks, see dogstatsd.ts
 */
import { parseCheck, parseEvent } from './dogstatsd.ts'
import type { ServiceCheck, StatsdEvent } from './dogstatsd.ts'

export const metricTypes = ['counter', 'gauge', 'distribution', 'set'] as const
export type MetricType = (typeof metricTypes)[number]

/** Values of one metric, checked: numbers as they were written, because a sign changes what a gauge's means. */
export interface MetricLine {
  readonly type: 'metric'
  readonly name: string
  readonly metric: MetricType
  readonly values: readonly string[]
  /** Above 0, at most 1: the share of what happened that the sender told. */
  readonly rate: number
  /** As they were written, with commas between them. */
  readonly tags: string
}

export type LineItem = MetricLine | StatsdEvent | ServiceCheck

/** Why a line means nothing. */
export const lineFaults = ['form', 'name', 'value', 'type', 'rate', 'event', 'check'] as const
export type LineFault = (typeof lineFaults)[number]

const typeOf: Readonly<Record<string, MetricType>> = {
  c: 'counter',
  m: 'counter',
  g: 'gauge',
  ms: 'distribution',
  h: 'distribution',
  d: 'distribution',
  s: 'set',
}
const numberForm = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/
const nameForm = /^[^\p{Cc}]{1,180}$/u
const maxNumberLength = 40
/** One line can hold no more values; more are a fault of the sender's. */
const maxValues = 1000

/** What the line says, or why it says nothing. */
export const parseLine = (line: string): readonly LineItem[] | LineFault => {
  if (line.startsWith('_e{')) return oneOrFault(parseEvent(line), 'event')
  if (line.startsWith('_sc|')) return oneOrFault(parseCheck(line), 'check')
  const colon = line.indexOf(':')
  if (colon < 0) return 'form'
  const head = readHead(line.slice(0, colon))
  if (head === undefined) return 'name'
  const items: MetricLine[] = []
  let rest: string | undefined = line.slice(colon + 1)
  while (rest !== undefined) {
    const found: Group | LineFault = readGroup(rest)
    if (typeof found === 'string') return found
    const { next, tags, ...values } = found
    items.push({ type: 'metric', name: head.name, ...values, tags: joined(head.tags, tags) })
    if (items.length > maxValues) return 'form'
    rest = next
  }
  return items
}

const oneOrFault = (item: LineItem | undefined, fault: LineFault): readonly LineItem[] | LineFault =>
  item === undefined ? fault : [item]

const joined = (a: string, b: string): string => (a === '' || b === '' ? a + b : `${a},${b}`)

/** The name, and the tags that Graphite and Telegraf write into it. */
const readHead = (text: string): { readonly name: string; readonly tags: string } | undefined => {
  const written = text.trim()
  const end = written.search(/[;,]/)
  const name = (end < 0 ? written : written.slice(0, end)).replaceAll(/\s+/g, '_')
  if (!nameForm.test(name)) return undefined
  const tags =
    end < 0
      ? ''
      : written
          .slice(end + 1)
          .replaceAll(';', ',')
          .replaceAll('=', ':')
  return { name, tags }
}

interface Group extends Pick<MetricLine, 'metric' | 'values' | 'rate' | 'tags'> {
  /** Values of another type that follow. */
  readonly next: string | undefined
}

const readGroup = (text: string): Group | LineFault => {
  const bar = text.indexOf('|')
  if (bar < 0) return 'form'
  const sections = text.slice(bar + 1).split('|')
  let rate = 1
  let tags = ''
  let type = ''
  let next: string | undefined
  for (const [i, section] of sections.entries()) {
    if (i > 0 && section.startsWith('#')) {
      tags = joined(tags, section.slice(1).trim())
      continue
    }
    // Only a type and a rate may be followed by values of another type: everything else may hold a colon of its own.
    const isRate = i > 0 && section.startsWith('@')
    if (i > 0 && !isRate) continue
    const colon = section.indexOf(':')
    const own = colon < 0 ? section : section.slice(0, colon)
    if (isRate) {
      rate = numberOf(own.slice(1)) ?? 0
      if (!(rate > 0 && rate <= 1)) return 'rate'
    } else type = own.trim()
    if (colon < 0) continue
    next = [section.slice(colon + 1), ...sections.slice(i + 1)].join('|')
    break
  }
  const metric = Object.hasOwn(typeOf, type) ? typeOf[type] : undefined
  if (metric === undefined) return 'type'
  const values = readValues(text.slice(0, bar), metric)
  return values === undefined ? 'value' : { metric, values, rate, tags, next }
}

const readValues = (text: string, metric: MetricType): readonly string[] | undefined => {
  // A member of a set is a word of the sender's own.
  if (metric === 'set') return text === '' ? undefined : [text]
  const values = text.includes(':') ? text.split(':') : [text]
  if (values.length > maxValues) return undefined
  return values.every((one) => numberOf(one) !== undefined) ? values : undefined
}

const numberOf = (text: string): number | undefined => {
  if (text.length > maxNumberLength || !numberForm.test(text)) return undefined
  const value = Number(text)
  return Number.isFinite(value) ? value : undefined
}
