import { describe, expect, it } from 'vitest'
import { wantedNetwork } from './classic/reader.ts'
import { channelOf } from './http.ts'

describe('channels', () => {
  it('are found by prefix where classic servers do it, and by name for the feed', () => {
    expect(['/api', '/api/', '/apixyz', '/api/v1/networks'].map(channelOf)).toEqual(['api', 'api', 'api', 'api'])
    expect(['/primus', '/primus/1337', '/external/'].map(channelOf)).toEqual(['primus', 'primus', 'external'])
    expect(['/feed', '/feed/', '/feedback'].map(channelOf)).toEqual(['feed', 'feed', undefined])
    expect(['/', '/Api', '/assets/api.js', '//api', ''].map(channelOf)).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
      undefined,
    ])
  })

  it('name a network by query or by path', () => {
    expect(wantedNetwork('/primus/?network=1337-abc&_primuscb=1')).toBe('1337-abc')
    expect(wantedNetwork('/primus/1337/?_primuscb=1')).toBe('1337')
    expect(['/primus', '/primus/', '/primus/?_primuscb=1', undefined, '//'].map(wantedNetwork)).toEqual(
      Array.from({ length: 5 }, () => undefined),
    )
    expect(wantedNetwork(`/primus/${'x'.repeat(5000)}`)).toHaveLength(200)
  })
})
