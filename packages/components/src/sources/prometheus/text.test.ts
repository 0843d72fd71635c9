import { createRandom } from '@netstats/protocol/testing/random'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readExposition, readSeries } from './text.ts'

const page = `# HELP http_requests_total Requests.
# TYPE http_requests_total counter
http_requests_total{method="post",code="200"} 1027 1395066363000
http_requests_total{method="post",code="400",}    3 1395066363000

# Escapes, and what has no labels
msdos{path="C:\\\\DIR\\\\FILE.TXT",error="Cannot find:\\n\\"FILE\\""} 1.458255915e9
metric_without_labels 12.47
strange{problem="division by zero"} +Inf -3982045
{"dotted.name", a="b"} 1
{"also.dotted"} 2e-3
quantile{quantile="0.5"} NaN
`

describe('a page of an exporter', () => {
  it('is read with names, labels, values and times', () => {
    const { series, malformed, isWhole } = readExposition(page, false)
    expect([malformed, isWhole]).toEqual([0, true])
    expect(series).toEqual([
      { name: 'http_requests_total', labels: { method: 'post', code: '200' }, value: 1027, at: 1_395_066_363_000 },
      { name: 'http_requests_total', labels: { method: 'post', code: '400' }, value: 3, at: 1_395_066_363_000 },
      { name: 'msdos', labels: { path: 'C:\\DIR\\FILE.TXT', error: 'Cannot find:\n"FILE"' }, value: 1_458_255_915 },
      { name: 'metric_without_labels', labels: {}, value: 12.47 },
      { name: 'strange', labels: { problem: 'division by zero' }, value: Infinity, at: -3_982_045 },
      { name: 'dotted.name', labels: { a: 'b' }, value: 1 },
      { name: 'also.dotted', labels: {}, value: 0.002 },
      { name: 'quantile', labels: { quantile: '0.5' }, value: Number.NaN },
    ])
  })

  it('in OpenMetrics has times in seconds and exemplars, and is whole with its end only', () => {
    const text = 'a_bucket{le="1"} 3 1.5 # {trace="x # y"} 0.7 1.2\na_total 17 # {trace="z"} 1\n'
    expect(readExposition(text, true)).toEqual({
      series: [
        { name: 'a_bucket', labels: { le: '1' }, value: 3, at: 1500 },
        { name: 'a_total', labels: {}, value: 17 },
      ],
      malformed: 0,
      isWhole: false,
    })
    expect(readExposition(`${text}# EOF\n`, true).isWhole).toBe(true)
  })

  it.each([
    '',
    'a',
    'a{',
    'a{b="c"',
    'a{b=c} 1',
    'a{b="c"}1',
    'a 1 2 3',
    'a x',
    'a 1 x',
    '1a 2',
    '{} 1',
    'a{"b"} 1',
    'a{b="c" d="e"} 1',
  ])('has no value in %j', (line) => expect(readSeries(line, 1)).toBeUndefined())

  it('gives back what was written, whatever is in names and labels', () => {
    const quote = (text: string): string =>
      `"${text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('"', '\\"')}"`
    const label = fc.stringMatching(/^[a-zA-Z_][a-zA-Z0-9_]{0,10}$/)
    const value = fc.string({ unit: 'grapheme' }).filter((text) => !/[\r\u2028\u2029\u0085]/.test(text))
    fc.assert(
      fc.property(
        fc.stringMatching(/^[a-zA-Z_:][a-zA-Z0-9_:]{0,20}$/),
        fc.dictionary(label, value, { maxKeys: 5 }),
        fc.double({ noNaN: true }),
        fc.option(fc.integer()),
        (name, labels, amount, at) => {
          const pairs = Object.entries(labels).map(([key, text]) => `${key}=${quote(text)}`)
          const number = Number.isFinite(amount) ? String(amount) : amount > 0 ? '+Inf' : '-Inf'
          const line = `${name}{${pairs.join(', ')}} ${number}${at === null ? '' : ` ${at}`}`
          // Written down, there is one zero.
          const expected = { name, labels: { ...labels }, value: amount + 0, ...(at === null ? {} : { at }) }
          expect(readSeries(line, 1)).toEqual(expected)
        },
      ),
    )
  })

  it('may have anything in it: 10,000 lines that something changed', () => {
    const random = createRandom(58)
    const lines = page.split('\n')
    let read = 0
    for (let i = 0; i < 10_000; i++) {
      let line = lines[random.between(0, lines.length - 1)] ?? ''
      for (let n = random.between(1, 4); n > 0; n--) {
        const at = random.between(0, line.length)
        const put = ['"', '\\', '{', '}', '=', ',', ' ', '#', '\u0000', 'é', '9'.repeat(400)]
        line =
          line.slice(0, at) + (put[random.between(0, put.length - 1)] ?? '') + line.slice(at + random.between(0, 5))
      }
      const { series, malformed } = readExposition(line, random.chance(0.5))
      expect(series.length + malformed).toBeLessThanOrEqual(1)
      for (const one of series) {
        read++
        expect(one.name).not.toBe('')
        expect(typeof one.value).toBe('number')
      }
    }
    expect(read).toBeGreaterThan(100)
  })
})
