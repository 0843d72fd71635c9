import { describe, expect, it } from 'vitest'
import { redactUrl, redactorOf } from './endpoint.ts'

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
        'https://mainnet.example.io/v3/hush',
        'https://hush:hush@rpc.example.io/hush/hush?hush=hush',
        'wss://rpc.example.io/ws/v3/hush/#hush',
        'rpc.example.io/v3/hush',
        'http://[bad/hush?hush',
        '//host/hush',
        'wss://user:hu@sh@host/api',
        'https://hush@host',
      ].map(redactUrl),
    ).toEqual([
      'wss://[secret]@stats.example.org/api?[hidden]',
      '[secret]@stats.example.org:3000',
      '[secret]@stats.example.org',
      'node-1:[secret]',
      'stats.example.org:3000?[hidden]',
      'http://[secret]@[bad',
      'https://mainnet.example.io/v3/[hidden]',
      'https://[secret]@rpc.example.io/[hidden]/[hidden]?[hidden]',
      'wss://rpc.example.io/ws/v3/[hidden]/',
      'rpc.example.io/v3/[hidden]',
      'http://[bad/[hidden]?[hidden]',
      '//host/[hidden]',
      'wss://[secret]@host/api',
      'https://[secret]@host/',
    ])
  })

  it('is shown as it is otherwise', () => {
    for (const text of [
      'stats.example.org',
      'stats.example.org:3000',
      'http://127.0.0.1:8545/',
      'wss://stats.example.org/api',
      'http://[::1]:9650/ext/bc/C/rpc',
      '[::1]:3000',
      'x',
      '/var/lib/geth/geth.ipc',
      'ipc:/run/node/geth.ipc',
    ])
      expect(redactUrl(text)).toBe(text)
  })
})

describe('what others say of an address', () => {
  it('is shown without what is hidden of it', () => {
    const redact = redactorOf('https://me:pass%21word@rpc.example.io/v3/hush-key?token=hush-token#hush-mark', [
      'bearer-1',
    ])
    expect(redact('no project hush-key for me with pass!word or pass%21word')).toBe(
      'no project [hidden] for me with [hidden] or [hidden]',
    )
    expect(redact('hush-token, hush-mark and bearer-1 at rpc.example.io/v3')).toBe(
      '[hidden], [hidden] and [hidden] at rpc.example.io/v3',
    )
  })

  it('is left alone where nothing is hidden', () => {
    for (const address of ['http://127.0.0.1:8545', 'ws://h/api', '/var/lib/geth.ipc', 'no address', 'http://h/a/%zz'])
      expect(redactorOf(address)('the api at 127.0.0.1 is a geth.ipc')).toBe('the api at 127.0.0.1 is a geth.ipc')
  })
})
