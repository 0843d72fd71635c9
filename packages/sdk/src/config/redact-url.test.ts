import { describe, expect, it } from 'vitest'
import { redactUrl } from './endpoint.ts'

describe('an address in logs and messages', () => {
  it('is shown without what may be secret in it', () => {
    expect(
      [
        'wss://user:hush@stats.example.org/api?token=hush#hush',
        'node-1:hush@stats.example.org:3000',
        'hush@stats.example.org',
        'node-1:hush',
        'stats.example.org:3000?token=hush',
        'http://user:hush@[bad',
      ].map(redactUrl),
    ).toEqual([
      'wss://[secret]@stats.example.org/api?[hidden]',
      '[secret]@stats.example.org:3000',
      '[secret]@stats.example.org',
      'node-1:[secret]',
      'stats.example.org:3000?[hidden]',
      'http://[secret]@[bad',
    ])
  })

  it('is shown as it is otherwise', () => {
    for (const text of ['stats.example.org', 'stats.example.org:3000', 'http://127.0.0.1:8545/', '[::1]:3000', 'x'])
      expect(redactUrl(text)).toBe(text)
  })
})
