import { inspect } from 'node:util'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  duration,
  endpointUrl,
  formatDuration,
  formatListenAddress,
  formatSize,
  isIpcPath,
  redactUrl,
  Secret,
  size,
  tryDuration,
  tryListenAddress,
  trySize,
} from './mod.ts'

describe('durations', () => {
  it('reads every unit and their sums', () => {
    expect(['250ms', '5s', '1m30s', '1.5h', '2d', '0s'].map(tryDuration)).toEqual([
      250, 5000, 90_000, 5_400_000, 172_800_000, 0,
    ])
  })
  it('refuses what has no unit, repeats one or climbs', () => {
    for (const text of ['', '5', 's', '5 s', '-5s', '5S', '5s5s', '30s1m', '1.0001ms', '1e3s', `${'9'.repeat(30)}d`]) {
      expect(tryDuration(text), text).toBeUndefined()
    }
  })
  it('reads back what it writes', () => {
    fc.assert(
      fc.property(fc.nat(1e13), (ms) => {
        expect(tryDuration(formatDuration(ms))).toBe(ms)
      }),
    )
  })
  it('keeps its bounds, and its author to writing bounds with units', () => {
    const some = duration({ min: '1s', max: '1m' })
    expect(['1s', '1m'].map((text) => some.safeParse(text).success)).toEqual([true, true])
    expect(['999ms', '1m1ms'].map((text) => some.safeParse(text).success)).toEqual([false, false])
    expect(() => duration({ min: '5' })).toThrow(TypeError)
  })
})

describe('sizes', () => {
  it('reads decimal and binary units', () => {
    expect(['1B', '1kB', '1KiB', '1.5MiB', '2GB', '1TiB'].map(trySize)).toEqual([
      1,
      1000,
      1024,
      1_572_864,
      2e9,
      2 ** 40,
    ])
  })
  it('refuses what has no unit or is no whole number of bytes', () => {
    for (const text of ['', '64', '64M', '64mb', '0.3B', '-1B', '1XiB', '99999999TiB', '1iB']) {
      expect(trySize(text), text).toBeUndefined()
    }
  })
  it('reads back what it writes', () => {
    fc.assert(fc.property(fc.nat(Number.MAX_SAFE_INTEGER), (bytes) => trySize(formatSize(bytes)) === bytes))
  })
  it('keeps its bounds', () => {
    const some = size({ min: '1KiB', max: '1MiB' })
    expect(['1KiB', '1MiB', '1023B', '2MiB'].map((text) => some.safeParse(text).success)).toEqual([
      true,
      true,
      false,
      false,
    ])
  })
})

describe('secrets', () => {
  it('show in no text, JSON or inspection', () => {
    const held = { secret: new Secret('hush') }
    for (const shown of [held.secret.toString(), JSON.stringify(held), inspect(held, { showHidden: true, depth: 9 })]) {
      expect(shown).toContain('[secret]')
      expect(shown).not.toContain('hush')
    }
    expect(held.secret.reveal()).toBe('hush')
  })
})

describe('endpoints', () => {
  it('are URLs of the allowed protocols', () => {
    const ws = endpointUrl(['ws', 'wss'])
    expect(['ws://h:1', 'WSS://h', 'ws://[::1]:3000/api'].every((text) => ws.safeParse(text).success)).toBe(true)
    expect(
      ['http://h', 'ws://', 'ws//h', '/geth.ipc', 'ws://h:99999', 5].some((one) => ws.safeParse(one).success),
    ).toBe(false)
  })
  it('may be paths of local sockets', () => {
    expect(
      ['/run/geth.ipc', './geth.ipc', '~/geth.ipc', 'ipc:/run/geth.ipc', '\\\\.\\pipe\\geth.ipc'].every(isIpcPath),
    ).toBe(true)
    expect(['geth', 'http://h', 'ipc:', '', '//'].filter(isIpcPath)).toEqual(['//'])
  })
  it('lose user, password and query before they are shown', () => {
    expect(redactUrl('wss://me:hush@h:1/api?key=hush#hush')).toBe('wss://[secret]@h:1/api?[hidden]')
    expect(redactUrl('http://me:hush@')).toBe('http://[secret]@')
    expect(redactUrl('http://127.0.0.1:8545')).toBe('http://127.0.0.1:8545/')
  })
})

describe('listen addresses', () => {
  it('name a host and a port', () => {
    expect(tryListenAddress('127.0.0.1:3000')).toEqual({ host: '127.0.0.1', port: 3000 })
    expect(tryListenAddress('[::1]:0')).toEqual({ host: '::1', port: 0 })
    expect(tryListenAddress('localhost:80')).toEqual({ host: 'localhost', port: 80 })
  })
  it('stand for every address without a host', () => {
    expect([':3000', '*:3000', '[::]:3000'].map(tryListenAddress)).toEqual(
      Array.from({ length: 3 }, () => ({ host: '::', port: 3000 })),
    )
  })
  it('refuse the rest', () => {
    for (const text of [
      '',
      '3000',
      ':',
      ':70000',
      '::1:3000',
      '[fe80]:1',
      '300.1.1.1:80',
      'a b:80',
      'http://h:80',
      '1.2.3:80',
    ]) {
      expect(tryListenAddress(text), text).toBeUndefined()
    }
  })
  it('can be written into a URL', () => {
    expect(['[::1]:1', 'h:2'].map((text) => formatListenAddress(tryListenAddress(text)!))).toEqual(['[::1]:1', 'h:2'])
  })
})
