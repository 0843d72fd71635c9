import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ParseError } from './errors.ts'
import { isKind, kindOfCode, kinds } from './kinds/mod.ts'
import type { Kind } from './kinds/mod.ts'
import { decodeObservation, encodeBody, shedClassOf } from './observation.ts'
import { shedClasses, shedRank } from './shed.ts'
import { arbitraryObservation } from './testing/arbitraries.ts'
import { nodeId, unixMs } from './units.ts'

const all = Object.keys(kinds) as Kind[]
const decode = (kind: string, body: string) => decodeObservation(kind, nodeId('a'), unixMs(1), body)

describe('an observation', () => {
  it.each(all)('of kind %s is the same after storing and reading back', (kind) => {
    fc.assert(
      fc.property(arbitraryObservation(kind), (observation) => {
        const { node, observedAt } = observation
        expect(decodeObservation(kind, node, observedAt, encodeBody(observation))).toEqual(observation)
      }),
    )
  })

  it('keeps whole numbers above 2^53', () => {
    const body = '{"active":true,"gasPrice":"9223372036854775807"}'
    const observation = decode('node-stats', body)
    expect(observation.body).toEqual({ active: true, gasPrice: 9223372036854775807n })
    expect(encodeBody(observation)).toBe(body)
  })

  it('leaves fields of a newer peer behind', () => {
    expect(decode('pending', '{"pending":3,"later":{"x":1},"__proto__":{"pending":9}}').body).toEqual({ pending: 3 })
  })

  it.each([
    ['01337', '1337'],
    ['000', '0'],
    ['1337-aaaaaaaa', undefined],
    ['1337\\n5', undefined],
    ['', undefined],
  ])('of network %j is of one that has one name only', (said, networkId) => {
    const { body } = decode('node-info', `{"name":"a","networkId":"${said}"}`)
    expect(body).toEqual({ name: 'a', ...(networkId === undefined ? {} : { networkId }) })
  })

  it('does not take inherited fields for its own', () => {
    expect(() => decode('pending', '{"__proto__":{"pending":9}}')).toThrow('pending: expected a whole number')
  })

  it.each([
    ['nonsense', '{}', 'KIND_UNKNOWN'],
    ['toString', '{}', 'KIND_UNKNOWN'],
    ['pending', '{', 'JSON_INVALID'],
    ['pending', 'null', 'VALUE_INVALID'],
    ['pending', '[]', 'VALUE_INVALID'],
    ['pending', '{"pending":-1}', 'VALUE_INVALID'],
    ['block', '{"number":1}', 'VALUE_INVALID'],
    ['gap', '{"reason":"fun","class":"log","dropped":1,"from":0,"to":1}', 'VALUE_INVALID'],
    ['metric', '{"name":"n","value":1,"labels":[]}', 'VALUE_INVALID'],
    ['metric', '{"name":"n","value":1,"labels":{"a":1}}', 'VALUE_INVALID'],
    ['metric', `{"name":"n","value":1,"labels":{"${'a'.repeat(51)}":"b"}}`, 'VALUE_INVALID'],
    ['log', '{"severity":8,"source":"s","message":"m"}', 'VALUE_INVALID'],
    ['log', '{"severity":1.5,"source":"s","message":"m"}', 'VALUE_INVALID'],
    ['alarm', '{"alarm":"a","step":"begun","type":"t","severity":1,"message":"m"}', 'VALUE_INVALID'],
  ])('of kind %s with body %s is refused as %s', (kind, body, code) => {
    expect(() => decode(kind, body)).toThrow(expect.objectContaining({ code }) as Error)
  })

  it('has labels called anything, and no more than it may', () => {
    const labels = (names: readonly string[]) =>
      `{"name":"n","value":1,"labels":{${names.map((name) => `"${name}":"x"`).join()}}}`
    expect(Object.keys((decode('metric', labels(['__proto__', 'b'])).body as { labels: object }).labels)).toEqual([
      '__proto__',
      'b',
    ])
    expect(() => decode('metric', labels(Array.from({ length: 11 }, (_, i) => `l${i}`)))).toThrow(
      'labels: expected an object of at most 10 fields',
    )
  })

  it('that is refused names the field at fault', () => {
    const body = '{"type":"reorg","added":[{"number":1,"hash":"0x"}],"removed":[]}'
    expect(() => decode('head-event', body)).toThrow('added[0].hash: expected 0x and 64 lower-case hex digits')
  })

  it('never breaks its reader, whatever is stored', () => {
    fc.assert(
      fc.property(fc.constantFrom(...all), fc.json(), (kind, body) => {
        try {
          decode(kind, body)
        } catch (error) {
          expect(error).toBeInstanceOf(ParseError)
        }
      }),
    )
  })
})

describe('kinds', () => {
  it('each have a class, inventory and gaps the last to go', () => {
    for (const kind of all) expect(shedClasses).toContain(shedClassOf(kind))
    expect([shedClassOf('node-info'), shedClassOf('gap'), shedClassOf('block')]).toEqual(['alarm', 'alarm', 'block'])
    expect([shedClassOf('metric'), shedClassOf('log'), shedClassOf('alarm')]).toEqual(['stats', 'log', 'alarm'])
    expect(shedRank('latency')).toBeLessThan(shedRank('block'))
  })

  it('have a number each that no version gives to another', () => {
    const codes = Object.fromEntries(all.map((kind) => [kind, kinds[kind].code]))
    // A new kind is a line more; a line here is never changed, also not when its kind is gone.
    expect(codes).toEqual({
      'node-info': 0,
      'node-stats': 1,
      pending: 2,
      latency: 3,
      block: 4,
      'block-processing': 5,
      'head-event': 6,
      host: 7,
      gap: 8,
      metric: 9,
      log: 10,
      alarm: 11,
      header: 12,
    })
    expect(all.map((kind) => kindOfCode(kinds[kind].code))).toEqual(all)
    expect([kindOfCode(13), kindOfCode(255)]).toEqual([undefined, undefined])
  })

  it('are known by their own names only', () => {
    expect(['block', 'constructor', '', 5, null].map(isKind)).toEqual([true, false, false, false, false])
  })
})
