import { describe, expect, it } from 'vitest'
import { serverEndpoint, tryServerUrls } from './endpoint.ts'

describe('the address of an ethstats server', () => {
  it.each([
    ['ws://127.0.0.1:3000', ['ws://127.0.0.1:3000/api']],
    ['ws://127.0.0.1:3000/', ['ws://127.0.0.1:3000/api']],
    ['wss://stats.example.org/api', ['wss://stats.example.org/api']],
    ['wss://stats.example.org/api/', ['wss://stats.example.org/api']],
    ['wss://stats.example.org/net/one', ['wss://stats.example.org/net/one/api']],
    ['http://localhost:3000', ['ws://localhost:3000/api']],
    ['https://stats.example.org', ['wss://stats.example.org/api']],
    ['stats.example.org', ['wss://stats.example.org/api', 'ws://stats.example.org/api']],
    ['stats.example.org:3000', ['wss://stats.example.org:3000/api', 'ws://stats.example.org:3000/api']],
    ['[::1]:3000/x', ['wss://[::1]:3000/x/api', 'ws://[::1]:3000/x/api']],
  ])('%s leads to %j', (text, urls) => {
    expect(tryServerUrls(text)).toEqual(urls)
  })

  it.each(['', 'ftp://x', 'ws://', 'a b', 'ws://user:pw@host', 'x'.repeat(2001)])('%j leads nowhere', (text) => {
    expect(tryServerUrls(text)).toBeUndefined()
  })

  it('of another channel is answered with what it is', () => {
    for (const path of ['/agent', '/feed', '/primus/', '/api/v1', '/prefix/agent?x']) {
      const result = serverEndpoint().safeParse(`ws://127.0.0.1:3000${path}`)
      expect([path, JSON.stringify(result.error?.issues)]).toEqual([path, expect.stringMatching(/leave .* out/)])
    }
    for (const good of ['ws://agent', 'ws://feed:1', 'ws://h/feeds', 'ws://h/api'])
      expect([good, serverEndpoint().safeParse(good).success]).toEqual([good, true])
  })

  it('with credentials is answered with where they belong, and never shown', () => {
    const result = serverEndpoint().safeParse('alpha:s3cret@stats.example.org')
    expect(result.success).toBe(false)
    expect(JSON.stringify(result.error?.issues)).toContain('write the name as `id`')
    expect(JSON.stringify(result.error?.issues)).not.toContain('s3cret')
  })
})
