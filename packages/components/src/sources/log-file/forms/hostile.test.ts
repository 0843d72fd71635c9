import { decodeObservation, encodeBody, nodeId } from '@netstats/protocol'
import { createRandom } from '@netstats/protocol/testing/random'
import * as fc from 'fast-check'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { createEntryJoiner } from '../entries.ts'
import { observationsOf } from '../observations.ts'
import { readLine, withoutEscapes } from './mod.ts'

const now = Date.UTC(2026, 11, 1)
const context = { now, utc: true }
const folder = join(import.meta.dirname, '..', 'fixtures')
const real = readdirSync(folder).flatMap((file) =>
  readFileSync(join(folder, file), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => (JSON.parse(line) as { line: string }).line),
)

/** Every line becomes observations that can be written down and read back, whatever it is. */
const check = (text: string): void => {
  const joiner = createEntryJoiner()
  joiner.add({ text, end: text.length, isCut: false }, context)
  const entry = joiner.flush()
  if (entry === undefined) return
  const told = observationsOf(entry, { node: nodeId('n'), source: 's', now, leastSevere: 7 })
  expect(told[0]?.kind).toBe('log')
  for (const one of told) {
    expect(Number.isSafeInteger(one.observedAt)).toBe(true)
    expect(decodeObservation(one.kind, one.node, one.observedAt, encodeBody(one))).toEqual(one)
  }
}

describe('lines from anywhere', () => {
  it('become observations, whatever is in them', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => check(text)))
  })

  it('become observations where a client wrote them and something changed them: 10,000', () => {
    const random = createRandom(57)
    for (let i = 0; i < 10_000; i++) {
      let line = real[random.between(0, real.length - 1)] ?? ''
      for (let n = random.between(1, 4); n > 0; n--) {
        const at = random.between(0, line.length)
        const to = Math.min(line.length, at + random.between(0, 12))
        const put = [
          '',
          '"',
          '\\',
          '=',
          '|',
          '{',
          '}',
          ' ',
          '\u0000',
          'é',
          '9'.repeat(400),
          line.slice(at, to).repeat(3),
        ]
        line = line.slice(0, at) + (put[random.between(0, put.length - 1)] ?? '') + line.slice(to)
      }
      check(line)
    }
  })

  it('are read in a time that does not explode with their length', () => {
    for (const text of [
      'a='.repeat(8000),
      `INFO [12-01|11:44:28.123] ${'a=" '.repeat(4000)}`,
      '"'.repeat(16_000),
      '{'.repeat(16_000),
    ])
      check(text)
  })

  it('have no colours left', () => {
    const line = '\u001b[32mINFO \u001b[0m[12-01|11:44:28.123] Started \u001b[32mpeers\u001b[0m=3'
    expect(readLine(withoutEscapes(line), context)).toMatchObject({ message: 'Started', fields: { peers: '3' } })
  })
})

describe('a time without a year', () => {
  it('is of the last year that does not put it into the future', () => {
    const at = (line: string, year: number): number | undefined =>
      readLine(line, { now: Date.UTC(year, 0, 1, 0, 5), utc: true })?.at
    expect(at('INFO [12-31|23:59:00.000] x', 2027)).toBe(Date.UTC(2026, 11, 31, 23, 59))
    expect(at('INFO [01-01|00:04:00.000] x', 2027)).toBe(Date.UTC(2027, 0, 1, 0, 4))
    expect(at('31 Dec 23:59:00 | x', 2027)).toBe(Date.UTC(2026, 11, 31, 23, 59))
  })
})

describe('an entry of the journal', () => {
  const entry = (message: unknown) =>
    JSON.stringify({
      __REALTIME_TIMESTAMP: '1796025604400123',
      PRIORITY: '4',
      SYSLOG_IDENTIFIER: 'geth',
      _SYSTEMD_UNIT: 'geth.service',
      _PID: '12',
      MESSAGE: message,
    })

  it('is read with the line of the program in it, at the time of the journal', () => {
    expect(readLine(entry('INFO [11-30|08:00:04.400] Looking for peers  peercount=3'), context)).toEqual({
      form: 'journald',
      at: 1_796_025_604_400.123,
      severity: 6,
      component: 'geth',
      message: 'Looking for peers',
      fields: { peercount: '3', unit: 'geth.service', pid: '12' },
    })
    expect(readLine(entry([104, 105, 255]), context)).toMatchObject({ severity: 4, message: 'hi\ufffd' })
  })
})
