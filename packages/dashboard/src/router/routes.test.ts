import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseRoute, type Route, writeRoute } from './routes.ts'

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
  fc.record({ page: fc.constant('events' as const), network: name }),
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
