import { nodeId, unixMs } from '@netstats/protocol'
import { describe, expect, it } from 'vitest'
import { now, parse, said } from '../../test-support/syslog-message.ts'
import { parseMessage } from './message.ts'
import type { SyslogMessage } from './syslog-message.ts'
import { toLog } from './to-log.ts'

describe('the examples of RFC 5424', () => {
  it('1: no structured data, a byte order mark', () => {
    const at = Date.parse('2003-10-11T22:14:15.003Z')
    expect(
      said(
        "<34>1 2003-10-11T22:14:15.003Z mymachine.example.com su - ID47 - \ufeff'su root' failed for lonvick on /dev/pts/8",
        at,
      ),
    ).toEqual({
      form: 'rfc5424',
      facility: 4,
      severity: 2,
      at,
      hostname: 'mymachine.example.com',
      app: 'su',
      msgid: 'ID47',
      message: "'su root' failed for lonvick on /dev/pts/8",
    })
  })

  it('2: an offset of the zone, microseconds, a process, no byte order mark', () => {
    const at = Date.parse('2003-08-24T12:14:15.000Z')
    expect(
      said("<165>1 2003-08-24T05:14:15.000003-07:00 192.0.2.1 myproc 8710 - - %% It's time to make the do-nuts.", at),
    ).toEqual({
      form: 'rfc5424',
      facility: 20,
      severity: 5,
      at,
      hostname: '192.0.2.1',
      app: 'myproc',
      procid: '8710',
      message: "%% It's time to make the do-nuts.",
    })
  })

  const at = Date.parse('2003-10-11T22:14:15.003Z')
  const head = '<165>1 2003-10-11T22:14:15.003Z mymachine.example.com evntslog - ID47 '
  const first = '[exampleSDID@32473 iut="3" eventSource="Application" eventID="1011"]'
  const parameters = [
    ['exampleSDID@32473.iut', '3'],
    ['exampleSDID@32473.eventSource', 'Application'],
    ['exampleSDID@32473.eventID', '1011'],
  ]
  it('3: structured data', () => {
    expect(said(`${head}${first} \ufeffAn application event log entry...`, at)).toEqual({
      form: 'rfc5424',
      facility: 20,
      severity: 5,
      at,
      hostname: 'mymachine.example.com',
      app: 'evntslog',
      msgid: 'ID47',
      structured: parameters,
      message: 'An application event log entry...',
    })
  })

  it('4: structured data alone', () => {
    expect(said(`${head}${first}[examplePriority@32473 class="high"]`, at)).toMatchObject({
      structured: [...parameters, ['examplePriority@32473.class', 'high']],
      message: '',
    })
  })
})

describe('the examples of RFC 3164', () => {
  it.each<[string, string, Record<string, unknown>]>([
    [
      "<34>Oct 11 22:14:15 mymachine su: 'su root' failed for lonvick on /dev/pts/8",
      '2026-10-11T22:14:20Z',
      {
        form: 'rfc3164',
        facility: 4,
        severity: 2,
        at: '2026-10-11T22:14:15Z',
        hostname: 'mymachine',
        app: 'su',
        message: "'su root' failed for lonvick on /dev/pts/8",
      },
    ],
    ['Use the BFG!', '2026-02-05T17:32:18Z', { form: 'plain', facility: 1, severity: 5, message: 'Use the BFG!' }],
    [
      '<13>Feb  5 17:32:18 10.0.0.99 Use the BFG!',
      '2026-02-05T17:32:18Z',
      {
        form: 'rfc3164',
        facility: 1,
        severity: 5,
        at: '2026-02-05T17:32:18Z',
        hostname: '10.0.0.99',
        message: 'Use the BFG!',
      },
    ],
    [
      "<165>Aug 24 05:34:00 CST 1987 mymachine myproc[10]: %% It's time to make the do-nuts. %%",
      '2026-08-24T05:34:00Z',
      {
        form: 'rfc3164',
        facility: 20,
        severity: 5,
        at: '2026-08-24T05:34:00Z',
        hostname: 'CST',
        message: "1987 mymachine myproc[10]: %% It's time to make the do-nuts. %%",
      },
    ],
    [
      "<0>1990 Oct 22 10:52:01 TZ-6 scapegoat.dmz.example.org 10.1.2.3 sched[0]: That's All Folks!",
      '1990-10-22T10:52:01Z',
      {
        form: 'rfc3164',
        facility: 0,
        severity: 0,
        at: '1990-10-22T10:52:01Z',
        hostname: 'TZ-6',
        message: "scapegoat.dmz.example.org 10.1.2.3 sched[0]: That's All Folks!",
      },
    ],
  ])('%s', (text, at, expected) => {
    const { at: time, ...rest } = expected
    const found = said(text, Date.parse(at))
    expect(found).toEqual({ ...rest, ...(time === undefined ? {} : { at: Date.parse(time as string) }) })
  })
})

describe('what devices send', () => {
  const seconds = (text: string): unknown => {
    const { at } = parse(text)
    return at === undefined ? undefined : (at - Date.parse('2026-11-30T12:00:00Z')) / 1000
  }
  it.each([
    ['<13>Nov 30 12:00:00 h a: m', 0],
    ['<13>Nov 30 12:00:00.250 h a: m', 0.25],
    ['<13>Nov 30 2026 12:00:01 h a: m', 1],
    ['<13>Nov 30 12:00:02 2026 h a: m', 2],
    ['<13>Mon Nov 30 12:00:03 2026 h a: m', 3],
    ['<13>2026 Nov 30 12:00:04 h a: m', 4],
    ['<13>30 Nov 2026 12:00:05 h a: m', 5],
    ['<13>2026-11-30T12:00:06Z h a: m', 6],
    ['<13>2026-11-30T13:00:07.5+01:00 h a: m', 7.5],
    ['<13>2026-11-30 12:00:08,125 h a: m', 8.125],
    ['<13>2026/11/30 12:00:09 h a: m', 9],
    ['<13>1796040001 h a: m', 1],
    ['<13>1796040001.5 h a: m', 1.5],
    ['<13>nov 30 12:00:00 h a: m', 0],
    ['<13> Nov 30 12:00:00 h a: m', 0],
    ['<189>123: *Nov 30 12:00:00.123 UTC: %SYS-5-CONFIG_I: m', 0.123],
    // What cannot be believed is no time: too far ahead, too long ago, another zone's, no day.
    ['<13>Nov 30 13:00:00 h a: m', undefined],
    ['<13>Nov 30 10:00:00 h a: m', undefined],
    ['<13>2026-11-01T12:00:00Z h a: m', undefined],
    ['<13>Nov 31 25:00:00 h a: m', undefined],
    ['<13>1 2026-13-30T12:00:00Z h a - - - m', undefined],
  ])('%s: %s seconds behind noon', (text, expected) => {
    expect(seconds(text)).toBe(expected)
    expect(parse(text).message).toBe('m')
  })

  it('belongs to the year that comes closest', () => {
    const newYear = Date.parse('2027-01-01T00:00:05Z')
    expect(parse('<13>Dec 31 23:59:59 h a: m', newYear).at).toBe(Date.parse('2026-12-31T23:59:59Z'))
    const before = Date.parse('2026-12-31T23:59:59Z')
    expect(parse('<13>Jan  1 00:00:01 h a: m', before).at).toBe(Date.parse('2027-01-01T00:00:01Z'))
  })

  it.each<[string, string, Record<string, unknown>]>([
    [
      'no priority',
      'Nov 30 12:00:00 host app[7]: m',
      { facility: 1, severity: 5, hostname: 'host', app: 'app', procid: '7' },
    ],
    [
      'a priority that is none',
      '<192>Nov 30 12:00:00 host app: m',
      { severity: 5, form: 'plain', message: '<192>Nov 30 12:00:00 host app: m' },
    ],
    ['no host', '<13>Nov 30 12:00:00 app[7]: m', { app: 'app', procid: '7', hostname: undefined }],
    ['no host, no time', '<13>app: m', { form: 'rfc3164', app: 'app', at: undefined }],
    ['a host and no time', '<13>router sshd[7]: m', { hostname: 'router', app: 'sshd', procid: '7' }],
    ['a process without a colon', '<13>Nov 30 12:00:00 host app[7] m', { hostname: 'host', app: 'app', procid: '7' }],
    [
      'no program',
      '<13>Nov 30 12:00:00 host link is down',
      { hostname: 'host', app: undefined, message: 'link is down' },
    ],
    ['an address of IPv6', '<13>Nov 30 12:00:00 fe80::1 app: m', { hostname: 'fe80::1', app: 'app' }],
    [
      'a number and no host',
      '<189>123: Nov 30 12:00:00: %LINK-3-UPDOWN: m',
      { app: '%LINK-3-UPDOWN', hostname: undefined },
    ],
    ['a mark before the priority', '\ufeff<14>app: m', { severity: 6, app: 'app' }],
    ['a mark before the message', '<14>app: \ufeffm', { message: 'm' }],
    ['a zero at the end', '<14>app: m\0', { message: 'm' }],
    ['colours', '<14>app: \u001b[32mm\u001b[0m', { message: 'm' }],
    [
      'structured data without an end',
      '<14>1 - h a - - [x y="1" m',
      { form: 'rfc5424', structured: [], message: '[x y="1" m' },
    ],
    ['no structured data at all', '<14>1 - h a - - m', { form: 'rfc5424', app: 'a', message: 'm' }],
    ['a header and nothing behind it', '<14>1 - h a - -', { form: 'rfc5424', hostname: 'h', app: 'a', message: '' }],
    [
      'a line of a program that speaks of itself',
      '<14>geth: INFO [11-30|12:00:00] m',
      { app: 'geth', message: 'INFO [11-30|12:00:00] m' },
    ],
  ])('%s', (_, text, expected) => {
    const found = parse(text)
    expect(Object.fromEntries(Object.keys(expected).map((key) => [key, found[key as keyof SyslogMessage]]))).toEqual(
      expected,
    )
    expect(found.message).toMatch(/m$|^$|down$/)
  })

  it('in the code of a country is taken for the most frequent one', () => {
    expect(parseMessage(Buffer.from('<14>app: größe', 'latin1'), now)).toMatchObject({ message: 'größe' })
  })

  it('as escaped in structured data is as it was meant', () => {
    expect(parse('<14>1 - - - - - [a b="x\\"y\\]z\\\\"][c] m').structured).toEqual([
      ['a.b', 'x"y]z\\'],
      ['c', ''],
    ])
  })

  it('is none where it is no text, or empty', () => {
    expect(parseMessage(Buffer.from(''), now)).toBe('empty')
    expect(parseMessage(Buffer.from('<13>  \n'), now)).toBe('empty')
    expect(parseMessage(Buffer.from([0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3]), now)).toBe('binary')
  })
})

describe('a message as a line of a log', () => {
  it('has its program, its fields and where it came from', () => {
    const line = '<165>1 2026-11-30T12:00:00Z host app 8710 ID47 [a@1 b="c"] text'
    expect(toLog(parse(line), nodeId('a'), '10.0.0.1', unixMs(now))).toEqual({
      kind: 'log',
      node: 'a',
      observedAt: Date.parse('2026-11-30T12:00:00Z'),
      body: {
        severity: 5,
        source: 'app',
        component: 'app',
        message: 'text',
        fields: {
          facility: 'local4',
          hostname: 'host',
          address: '10.0.0.1',
          procid: '8710',
          msgid: 'ID47',
          'a@1.b': 'c',
        },
      },
    })
    expect(toLog(parse('plain words'), nodeId('a'), '10.0.0.1', unixMs(now)).body).toEqual({
      severity: 5,
      source: 'syslog',
      message: 'plain words',
      fields: { facility: 'user', address: '10.0.0.1' },
    })
  })
})
