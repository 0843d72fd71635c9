import fc from 'fast-check'
import { decodeObservation, encodeBody, nodeId, unixMs } from '@netstats/protocol'
import { describe, expect, it } from 'vitest'
import { now, parse } from '../../test-support/syslog-message.ts'
import { parseMessage, syslogFaults } from './message.ts'
import { toLog } from './to-log.ts'

describe('a message that was written', () => {
  const word = (length: number) =>
    fc.stringMatching(new RegExp(`^[a-zA-Z0-9_./-]{1,${length}}$`)).filter((one) => one !== '-')
  const nil = (of: fc.Arbitrary<string>) => fc.option(of, { nil: undefined })
  const printable = fc.string({ unit: fc.constantFrom(...' abcü"\\]=[<>:1/日'.split('')), maxLength: 40 })
  const message = printable.map((text) => text.trim())
  const shown = (value: string | undefined): string => value ?? '-'

  it('in the form of RFC 5424 is read as it was meant', () => {
    const names = fc.stringMatching(/^[a-zA-Z0-9@._-]{1,20}$/)
    const element = fc.tuple(names, fc.array(fc.tuple(names, printable), { minLength: 1, maxLength: 4 }))
    const escaped = (value: string): string => value.replaceAll(/["\\\]]/g, '\\$&')
    const written = (elements: readonly (readonly [string, readonly (readonly [string, string])[]])[]): string =>
      elements
        .map(([id, all]) => `[${id}${all.map(([name, value]) => ` ${name}="${escaped(value)}"`).join('')}]`)
        .join('')
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 191 }),
        fc.tuple(nil(word(50)), nil(word(40)), nil(word(20)), nil(word(20))),
        fc.array(element, { maxLength: 3 }),
        fc.integer({ min: now - 86_400_000, max: now }),
        message,
        (priority, [hostname, app, procid, msgid], elements, at, text) => {
          const head = [hostname, app, procid, msgid].map(shown).join(' ')
          const data = elements.length === 0 ? '-' : written(elements)
          const line = `<${priority}>1 ${new Date(at).toISOString()} ${head} ${data}${text === '' ? '' : ` ${text}`}`
          expect(parse(line)).toEqual({
            form: 'rfc5424',
            facility: priority >> 3,
            severity: priority & 7,
            at,
            hostname,
            app,
            procid,
            msgid,
            structured: elements.flatMap(([id, all]) => all.map(([name, value]) => [`${id}.${name}`, value])),
            message: text,
          })
        },
      ),
    )
  })

  it('in the form of RFC 3164 is read as it was meant', () => {
    const host = fc.stringMatching(/^[a-z][a-z0-9.-]{0,30}$/)
    const months = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ')
    const times = fc.integer({ min: now / 1000 - 2900, max: now / 1000 }).map((one) => Math.floor(one) * 1000)
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 191 }),
        times,
        host,
        word(30),
        nil(word(8)),
        message,
        (priority, at, host, app, procid, text) => {
          const date = new Date(at)
          const clock = date.toISOString().slice(11, 19)
          const day = `${months[date.getUTCMonth()]} ${`${date.getUTCDate()}`.padStart(2)}`
          const tag = procid === undefined ? app : `${app}[${procid}]`
          const found = parse(`<${priority}>${day} ${clock} ${host} ${tag}: ${text}`)
          expect(found).toMatchObject({
            form: 'rfc3164',
            severity: priority & 7,
            at,
            hostname: host,
            app,
            message: text,
          })
          expect(found.procid).toBe(procid)
        },
      ),
    )
  })
})

describe('10,000 lines of garbage', () => {
  const lines = [
    '<165>1 2026-11-30T12:00:00.003Z host app 8710 ID47 [a@1 b="c\\"d"][e f="g"] message',
    '<34>Nov 30 12:00:00 host su[7]: failed',
    '<189>123: *Nov 30 12:00:00.123 UTC: %SYS-5-CONFIG_I: done',
    '2026-11-30 12:00:00,123 something',
  ]
  /** Real lines with pieces cut, doubled and replaced, and bytes of any kind. */
  const broken = fc
    .tuple(
      fc.constantFrom(...lines),
      fc.array(fc.tuple(fc.nat(100), fc.nat(20), fc.string({ unit: 'binary', maxLength: 8 })), { maxLength: 6 }),
    )
    .map(([line, cuts]) =>
      cuts.reduce((text, [at, length, put]) => text.slice(0, at) + put + text.slice(at + length), line),
    )
    .map((text) => Buffer.from(text))
  const garbage = fc.oneof(
    broken,
    fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
  )

  it('are each read or refused, never thrown at, and what is read fits an observation', () => {
    const counts = { read: 0, refused: 0 }
    fc.assert(
      fc.property(garbage, (bytes) => {
        const found = parseMessage(bytes, now)
        if (typeof found === 'string') {
          counts.refused++
          expect(syslogFaults).toContain(found)
          return
        }
        counts.read++
        const log = toLog(found, nodeId('a'), '10.0.0.1', unixMs(now))
        expect(decodeObservation('log', log.node, log.observedAt, encodeBody(log))).toEqual(log)
      }),
      { numRuns: 10_000 },
    )
    expect(counts.read + counts.refused).toBe(10_000)
    expect(Math.min(counts.read, counts.refused)).toBeGreaterThan(0)
  })

  it('end, however they repeat what the grammar allows to repeat', () => {
    const evil = ['[a b="', '\\"', '[a b="c" ', 'Nov ', '1: ', ' ', '\u001b[31m', '<', 'a[b]', '2026-11-30 ']
    for (const piece of evil) {
      const bytes = Buffer.from(`<14>1 - - - - - ${piece.repeat(65_000 / piece.length)}x`)
      expect(parseMessage(bytes, now), piece).toMatchObject({ form: 'rfc5424' })
      expect(parseMessage(bytes.subarray(16), now), piece).toMatchObject({ facility: 1 })
    }
  })
})
