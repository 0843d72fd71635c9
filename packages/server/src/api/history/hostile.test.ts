import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Endpoint } from '../endpoint.ts'
import { endpoints } from '../endpoints.ts'
import { problemSchema } from '../../net/problem.ts'
import { writeCursor } from './cursor.ts'
import { filledStore, openTestApi } from './testing/app.ts'
import type { TestApi } from './testing/app.ts'
import { hashAt, strangeNode, worldEnd, worldStart } from './testing/world.ts'
import { createAlarmStage } from '../../alarms/testing/alarm-stage.ts'
import type { AlarmStage } from '../../alarms/testing/alarm-stage.ts'

const hostile = fc.oneof(
  fc.string({ maxLength: 30, unit: 'binary' }),
  fc.string({ maxLength: 30, unit: 'grapheme-composite' }),
  fc.constantFrom(
    `'; DROP TABLE log; --`,
    `' OR '1'='1`,
    '") UNION SELECT * FROM node --',
    '$1',
    '%',
    '_%\\',
    '\0',
    '\u{feff}',
    '../../etc/passwd',
    '__proto__',
    'constructor',
    '[]',
    '{"a":1}',
    'NaN',
    'Infinity',
    '-1',
    '0x10',
    '1e308',
    '9'.repeat(400),
    '18446744073709551616',
    '9007199254740993',
    'x'.repeat(3000),
  ),
)
const sensible = fc.constantFrom(
  '1337',
  'gone',
  '42',
  'node-0',
  strangeNode,
  'nodes,active',
  'peers',
  'host.cpuShare',
  'log',
  'block',
  'csv',
  'ndjson',
  'true',
  'false',
  'error',
  '3',
  '0',
  '1',
  '20',
  '1000',
  hashAt(20),
  String(worldStart),
  String(worldEnd),
  '2023-11-14T23:00:00Z',
  '2023-11-15T00:00:00%2B01:00',
  '10s',
  '1m',
  '366d',
  writeCursor(['listLogs', '/networks/1337/logs', []], [worldStart, worldEnd, worldEnd, 3]),
  writeCursor(['blocks', '/networks/1337/history/blocks', []], [worldStart, worldEnd, 20, hashAt(20)]),
  writeCursor(['inventory', '/networks/1337/history/inventory', []], [worldEnd, 'node-0']),
  // Well made, and no place in any list.
  writeCursor(['listLogs', '/networks/1337/logs', []], ['a', -1, 1e300, '']),
  writeCursor(['blocks', '/networks/1337/history/blocks', []], [0, 1, 2, 'hash']),
)
const value = fc.oneof({ weight: 3, arbitrary: sensible }, { weight: 2, arbitrary: hostile })
/** What is understood, so that much of what is asked is answered. */
const fitting = new Map<string, readonly string[]>(
  Object.entries({
    from: [String(worldStart), '2023-11-14T23:00:00Z'],
    to: [String(worldEnd), String(worldStart + 60_000)],
    at: [String(worldStart + 1_000_000)],
    around: [String(worldStart + 60_000)],
    metric: ['peers', 'host.cpuShare'],
    bucket: ['10s', '1m', '86400000'],
    limit: ['1', '7', '100'],
    metrics: ['nodes,active', 'peers', 'host.cpuShare'],
    node: ['node-0', strangeNode],
    severity: ['error', '3'],
    format: ['csv', 'ndjson'],
    fromNumber: ['0', '20'],
    toNumber: ['31'],
  }),
)
const parameter = (name: string) =>
  fc.oneof(
    { weight: 5, arbitrary: fc.constantFrom(...(fitting.get(name) ?? ['1'])) },
    { weight: 2, arbitrary: value },
    { weight: 1, arbitrary: hostile },
  )
const encoded = (text: string): string => encodeURIComponent(text.toWellFormed())

/** What everybody may ask; administration has a test of its own. */
const reading = endpoints.filter(({ role, method }) => role === 'viewer' && method === 'GET')
const request = fc.constantFrom(...reading).chain((endpoint) => {
  const known = fc.constantFrom(...Object.keys(endpoint.query.shape), 'limit')
  const name = fc.oneof({ weight: 9, arbitrary: known }, { weight: 1, arbitrary: fc.constantFrom('x', 'toString') })
  const place = fc.oneof({ weight: 9, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: value })
  return fc.record({
    asked: fc.constant(endpoint.id),
    network: fc.oneof({ weight: 6, arbitrary: fc.constantFrom('1337', '42') }, { weight: 1, arbitrary: value }),
    node: fc.oneof(fc.constantFrom('node-0', 'node-9', strangeNode), value),
    block: fc.oneof(fc.constantFrom('20', hashAt(30, 1)), value),
    metric: fc.oneof(fc.constantFrom('peers', 'host.cpuShare'), value),
    table: fc.oneof(fc.constantFrom('log', 'block', 'network1m'), value),
    // Of an alarm.
    id: fc.oneof(fc.constantFrom('none', ''), value),
    other: place,
    // A name may come twice.
    query: fc.array(
      name.chain((name) => fc.tuple(fc.constant(name), parameter(name))),
      { maxLength: 3 },
    ),
  })
})

describe('whatever is asked', () => {
  let api: TestApi
  let stage: AlarmStage
  beforeAll(async () => {
    stage = await createAlarmStage()
    stage.connect('node-0')
    stage.report('node-0', { alarm: 'x', step: 'raised', type: 'disk-full', severity: 2, message: 'full' })
    await stage.pass(60)
    api = await openTestApi(await filledStore(), { alarms: stage.alarms })
  })
  afterAll(async () => {
    await api[Symbol.asyncDispose]()
    await stage[Symbol.asyncDispose]()
  })

  it('is answered as described, or with a problem that is not ours', async () => {
    const seen = new Map<number, number>()
    await fc.assert(
      fc.asyncProperty(request, async ({ asked, other, query, ...places }) => {
        const endpoint = endpoints.find(({ id }) => id === asked) as Endpoint
        const path = endpoint.path.replaceAll(/\{(\w+)\}/g, (_, name: keyof typeof places) =>
          encoded(other ?? places[name]),
        )
        const search = query.map(([name, text]) => `${encoded(name)}=${encoded(text)}`).join('&')
        const { status, headers, text } = await api.get(`${path === '/' ? '' : path}?${search}`)
        seen.set(status, (seen.get(status) ?? 0) + 1)
        expect([status, text]).toEqual([expect.any(Number), expect.any(String)])
        expect([200, 400, 404]).toContain(status)
        const type = String(headers['content-type'])
        if (status !== 200) {
          expect(type).toBe('application/problem+json; charset=utf-8')
          expect(problemSchema.parse(JSON.parse(text)).status).toBe(status)
        } else if (type.startsWith('application/json')) {
          // A hostile name may hold a slash and so be another endpoint's path.
          const bodies = endpoints.filter((one) => one.response.safeParse(JSON.parse(text)).success)
          expect(bodies.length).toBeGreaterThan(0)
        } else expect(endpoint.produces).toContain(type.replace(/;.*/, ''))
      }),
      { numRuns: 3000 },
    )
    expect(api.log.entries).toEqual([])
    expect(api.counts()).toMatchObject({ queries: { running: 0, refused: 0 }, exports: { running: 0, refused: 0 } })
    expect((seen.get(200) ?? 0) / 3000).toBeGreaterThan(0.15)
  })
})
