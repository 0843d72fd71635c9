import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { momentHref, parseRoute, readMoment, type Route, writeMoment, writeRoute } from './routes.ts'

// Names come from outside: slashes, percent signs and dots must survive the address bar.
const name = fc.string({ minLength: 1, unit: 'grapheme' })
const route: fc.Arbitrary<Route> = fc.oneof(
  fc.constant<Route>({ page: 'home' }),
  fc.constant<Route>({ page: 'server' }),
  fc.constant<Route>({ page: 'agents' }),
  fc.record({ page: fc.constant('network' as const), network: name }),
  fc.record({ page: fc.constant('map' as const), network: name }),
  fc.record({ page: fc.constant('node' as const), network: name, node: name }),
  fc.record({ page: fc.constant('block' as const), network: name, hash: name }),
  fc.record({ page: fc.constant('history' as const), network: name }),
  fc.record({ page: fc.constant('history' as const), network: name, node: name }),
  fc.constant<Route>({ page: 'alarms' }),
  fc.record({
    page: fc.constantFrom('events' as const, 'alarms' as const, 'logs' as const, 'metrics' as const),
    network: name,
  }),
)

describe('routes', () => {
  it('reads back every address it writes, whatever the names', () => {
    fc.assert(
      fc.property(route, (r) => {
        expect(parseRoute(writeRoute(r))).toEqual(r)
      }),
    )
  })

  it('ignores slashes at the end', () => {
    expect(parseRoute('/n/1337/')).toEqual({ page: 'network', network: '1337' })
    expect(parseRoute('')).toEqual({ page: 'home' })
  })

  it('sends everything else to the not-found page, broken escapes too', () => {
    for (const path of [
      '/x',
      '/n',
      '/n/1/nodes',
      '/n/1/what',
      '/n/1/map/2',
      '/n/1/nodes/a/b',
      '/n/1/nodes/a/history/b',
      '/n/1/blocks/a/history',
      '/n/1/events/2',
      '/n/%E0%A4%A',
      '/server/x',
      '/agents/a/b',
    ]) {
      expect(parseRoute(path)).toEqual({ page: 'not-found', path })
    }
  })
})

describe('a moment in the address', () => {
  it('is read back as it was written', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 253_402_300_799_999 }), (at) => {
        expect(readMoment(writeMoment(at))).toBe(at)
      }),
    )
    expect(writeMoment(Date.UTC(2026, 10, 23, 14, 3, 20))).toBe('2026-11-23T14:03:20Z')
  })

  it('may name any zone, but has to name one', () => {
    expect(readMoment('2026-11-23T15:03:20+01:00')).toBe(Date.UTC(2026, 10, 23, 14, 3, 20))
    for (const text of [
      null,
      '',
      'yesterday',
      '2026-11-23',
      '2026-11-23T15:03:20',
      '2026-99-99T00:00:00Z',
      '1700000000',
    ])
      expect(readMoment(text)).toBeUndefined()
  })

  it('leads to a network or to one of its nodes', () => {
    const at = Date.UTC(2026, 10, 23)
    expect(momentHref('1', at)).toBe('/n/1?at=2026-11-23T00:00:00Z')
    expect(momentHref('1', at, 'a/b')).toBe('/n/1/nodes/a%2Fb?at=2026-11-23T00:00:00Z')
  })
})
