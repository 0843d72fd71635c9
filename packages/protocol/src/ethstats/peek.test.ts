import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fixtureClients, readFixture } from '../testing/fixtures.ts'
import { shedClasses } from '../shed.ts'
import { ethstatsEvents, peekEvent, shedClassOfEvent } from './peek.ts'

const peek = (text: string) => peekEvent(Buffer.from(text))

/** The same by parsing. */
const eventOf = (frame: string): string | undefined => {
  const value = JSON.parse(frame) as unknown
  if (typeof value === 'string') return 'primus'
  if (typeof value !== 'object' || value === null) return undefined
  if ('emit' in value && Array.isArray(value.emit)) return String(value.emit[0])
  return '_latency' in value ? 'spark-latency' : undefined
}

describe('peekEvent', () => {
  it.each(fixtureClients())('sees the event of every frame of %s', (client) => {
    for (const frame of readFixture(client).frames) expect(peek(frame)).toBe(eventOf(frame))
  })

  it('looks past blanks wherever JSON allows them', () => {
    expect(peek(' \r\n\t{ "emit"\n: [ "block" , {}]}')).toBe('block')
    expect(peek('  "primus::pong::1"')).toBe('primus')
  })

  it('knows nothing of other events, other keys and other values', () => {
    const others = ['{"emit":["blocks",{}]}', '{"emit":["blo', '{"id":1,"emit":["block"]}', 'null', '', '{', '"hello"']
    expect([...others, '{"emit":"block"}', '{"emit":[]}', '[]', '{"emit":["bl\\u006fck"]}'].map(peek)).toEqual(
      Array.from({ length: 11 }, () => undefined),
    )
  })

  it('answers for any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), fc.nat(60), (bytes, cut) => {
        const event = peekEvent(bytes)
        expect(event === undefined || ethstatsEvents.includes(event)).toBe(true)
        const mixed = Buffer.concat([Buffer.from('{"emit":["stats",{}]}').subarray(0, cut), bytes])
        expect([undefined, ...ethstatsEvents]).toContain(peekEvent(mixed))
      }),
    )
  })
})

describe('shedClassOfEvent', () => {
  it('gives every event a class and what is unknown the lowest', () => {
    for (const event of ethstatsEvents) expect(shedClasses).toContain(shedClassOfEvent(event))
    expect(shedClassOfEvent(undefined)).toBe('latency')
  })

  it('never gives up logins and pings before blocks', () => {
    expect([shedClassOfEvent('hello'), shedClassOfEvent('node-ping'), shedClassOfEvent('primus')]).toEqual([
      'alarm',
      'alarm',
      'alarm',
    ])
    expect([shedClassOfEvent('block'), shedClassOfEvent('pending')]).toEqual(['block', 'latency'])
  })
})
