import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { lineFaults, parseLine } from './line.ts'
import type { LineItem, MetricLine } from './line.ts'

const metric = (name: string, more: Partial<MetricLine>): MetricLine => ({
  type: 'metric',
  name,
  metric: 'counter',
  values: ['1'],
  rate: 1,
  tags: '',
  ...more,
})

describe('a line of StatsD', () => {
  it.each<[string, Partial<MetricLine>]>([
    ['x:1|c', {}],
    ['x:-3|c', { values: ['-3'] }],
    ['x:1|c|@0.1', { rate: 0.1 }],
    ['x:320|ms|@0.1', { metric: 'distribution', values: ['320'], rate: 0.1 }],
    ['x:333|g', { metric: 'gauge', values: ['333'] }],
    ['x:-10|g', { metric: 'gauge', values: ['-10'] }],
    ['x:+4|g', { metric: 'gauge', values: ['+4'] }],
    ['x:765|s', { metric: 'set', values: ['765'] }],
    ['x:a b/c:d|s', { metric: 'set', values: ['a b/c:d'] }],
    ['x:0.123456|h', { metric: 'distribution', values: ['0.123456'] }],
    ['x:1e3|d', { metric: 'distribution', values: ['1e3'] }],
    ['x:1:2:3|c', { values: ['1', '2', '3'] }],
    ['x:1|c|#node:a,urgent', { tags: 'node:a,urgent' }],
    ['x:1|c|@0.5|#a:b:c', { rate: 0.5, tags: 'a:b:c' }],
    ['x:1|c|#a:b|c:83c0a99c0a54|T1656581400', { tags: 'a:b' }],
    ['x;node=a;zone=b:1|c', { tags: 'node:a,zone:b' }],
    ['x,node=a:1|c|#zone:b', { tags: 'node:a,zone:b' }],
    ['x:1|m', {}],
  ])('%s', (line, expected) => {
    expect(parseLine(line)).toEqual([metric('x', expected)])
  })

  it('may hold values of several types', () => {
    expect(parseLine('x:1|c:320|ms|@0.1:2|g')).toEqual([
      metric('x', {}),
      metric('x', { metric: 'distribution', values: ['320'], rate: 0.1 }),
      metric('x', { metric: 'gauge', values: ['2'] }),
    ])
  })

  it('has a name without spaces', () => {
    expect(parseLine(' my metric :1|c')).toEqual([metric('my_metric', {})])
  })

  it.each([
    ['hello', 'form'],
    ['x:1', 'form'],
    [':1|c', 'name'],
    ['\u0001:1|c', 'name'],
    [`${'x'.repeat(181)}:1|c`, 'name'],
    ['x:|c', 'value'],
    ['x:one|c', 'value'],
    ['x:NaN|g', 'value'],
    ['x:Infinity|g', 'value'],
    ['x:0x10|g', 'value'],
    ['x:1e999|g', 'value'],
    ['x:1:|c', 'value'],
    ['x:|s', 'value'],
    ['x:1|', 'type'],
    ['x:1|q', 'type'],
    ['x:1|constructor', 'type'],
    ['x:1|c|@0', 'rate'],
    ['x:1|c|@2', 'rate'],
    ['x:1|c|@half', 'rate'],
    ['_e{5,4}:short', 'event'],
    ['_e{2,1}:title|t', 'event'],
    ['_sc|name|4', 'check'],
    ['_sc||0', 'check'],
  ])('%j is none: %s', (line, fault) => {
    expect(parseLine(line)).toBe(fault)
  })

  it('is what was meant when it was written', () => {
    const word = fc.stringMatching(/^[a-z][a-z0-9_.-]{0,20}$/)
    const number = fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => `${value}`)
    const types = fc.constantFrom(...(['c', 'g', 'ms', 'h', 'd'] as const))
    const names = { c: 'counter', g: 'gauge', ms: 'distribution', h: 'distribution', d: 'distribution' } as const
    const rates = fc.integer({ min: 1, max: 1000 }).map((n) => n / 1000)
    const tags = fc.array(fc.tuple(word, word), { maxLength: 5 }).map((all) => all.map((one) => one.join(':')).join())
    const values = fc.array(number, { minLength: 1, maxLength: 5 })
    fc.assert(
      fc.property(word, values, types, rates, tags, (name, all, type, rate, tag) => {
        const line = `${name}:${all.join(':')}|${type}|@${rate}${tag === '' ? '' : `|#${tag}`}`
        expect(parseLine(line)).toEqual([metric(name, { metric: names[type], values: all, rate, tags: tag })])
      }),
    )
  })
})

describe('an event', () => {
  it('has a title, a text, a severity and tags', () => {
    expect(parseLine('_e{5,12}:title|line1\\nline2|d:1700000000|h:box|k:key|p:low|s:app|t:error|#a:b,c')).toEqual([
      {
        type: 'event',
        title: 'title',
        text: 'line1\nline2',
        severity: 3,
        host: 'box',
        source: 'app',
        key: 'key',
        seconds: 1_700_000_000,
        tags: 'a:b,c',
      },
    ])
  })

  it('may count its letters in bytes or in characters, and hold bars', () => {
    const text = (line: string): unknown => (parseLine(line) as readonly { title: string; text: string }[])[0]
    expect(text('_e{6,3}:größ|a|b')).toMatchObject({ title: 'größ', text: 'a|b' })
    expect(text('_e{4,3}:größ|a|b')).toMatchObject({ title: 'größ', text: 'a|b', severity: 6 })
  })
})

describe('a service check', () => {
  it('has a state, and a message that may hold anything', () => {
    expect(parseLine('_sc|db.up|2|d:1700000000|h:box|#a:b|m:down | for m\\: good')).toEqual([
      {
        type: 'check',
        name: 'db.up',
        state: 'critical',
        host: 'box',
        message: 'down | for m: good',
        seconds: 1_700_000_000,
        tags: 'a:b',
      },
    ])
    expect(parseLine('_sc|up|0|#tags')).toMatchObject([{ state: 'ok', message: '', tags: 'tags' }])
  })
})

describe('10,000 lines of garbage', () => {
  /** Pieces of the grammar in any order, and bytes of any kind. */
  const pieces = [
    'x',
    ':',
    '|',
    '1',
    '-2.5',
    'c',
    'g',
    'ms',
    's',
    '@',
    '0.1',
    '#',
    'a:b',
    ',',
    '_e{',
    '5,4}',
    '_sc|',
    'm:',
    '\u0000',
    'é',
    ';',
    '=',
  ]
  const lines = [
    'x:1|c',
    'x.y:-2.5|g|#a:b,c',
    'x:1:2:3|ms|@0.1',
    'x:1|c:320|ms',
    '_e{5,4}:title|text|t:error',
    '_sc|up|2|m:no',
  ]
  /** Good lines, as they are or with a piece cut out, doubled or replaced. */
  const broken = fc
    .tuple(
      fc.constantFrom(...lines),
      fc.array(fc.tuple(fc.nat(20), fc.nat(5), fc.constantFrom(...pieces)), { maxLength: 3 }),
    )
    .map(([line, cuts]) =>
      cuts.reduce((text, [at, length, put]) => text.slice(0, at) + put + text.slice(at + length), line),
    )
  const garbage = fc.oneof(
    broken,
    fc.array(fc.constantFrom(...pieces), { maxLength: 30 }).map((all) => all.join('')),
    fc.string({ unit: 'binary', maxLength: 200 }),
    fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes).toString()),
  )
  it('are each read or refused, never thrown at, and bounded', () => {
    const counts = { read: 0, refused: 0 }
    const check = (items: readonly LineItem[], line: string): void => {
      expect(items.length).toBeGreaterThan(0)
      expect(items.length).toBeLessThanOrEqual(1001)
      for (const item of items) {
        if (item.type !== 'metric') continue
        expect(item.name.length).toBeLessThanOrEqual(180)
        expect(item.rate > 0 && item.rate <= 1).toBe(true)
        if (item.metric !== 'set') for (const one of item.values) expect(Number.isFinite(Number(one)), line).toBe(true)
      }
    }
    fc.assert(
      fc.property(garbage, (line) => {
        const found = parseLine(line)
        if (typeof found === 'string') {
          counts.refused++
          expect(lineFaults).toContain(found)
        } else {
          counts.read++
          check(found, line)
        }
      }),
      { numRuns: 10_000 },
    )
    expect(counts.read + counts.refused).toBe(10_000)
    expect(Math.min(counts.read, counts.refused)).toBeGreaterThan(0)
  })
})
