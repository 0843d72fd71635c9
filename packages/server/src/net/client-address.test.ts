import { describe, expect, it } from 'vitest'
import { createAddressList, createAddressOf } from './client-address.ts'

describe('the address of a client', () => {
  it('is the peer of the socket, whatever a header says, where no proxy is trusted', () => {
    const addressOf = createAddressOf([])
    expect(addressOf('203.0.113.7', '198.51.100.1')).toBe('203.0.113.7')
    expect(addressOf('::ffff:203.0.113.7', undefined)).toBe('203.0.113.7')
    expect(addressOf(undefined, '198.51.100.1')).toBe('')
  })

  it('comes from the header where the peer is a trusted proxy', () => {
    const addressOf = createAddressOf(['10.0.0.0/8', 'fd00::/8'])
    expect(addressOf('10.1.2.3', '198.51.100.1')).toBe('198.51.100.1')
    expect(addressOf('::ffff:10.1.2.3', '198.51.100.1')).toBe('198.51.100.1')
    expect(addressOf('fd00::1', '2001:db8::5')).toBe('2001:db8::5')
    expect(addressOf('192.0.2.1', '198.51.100.1')).toBe('192.0.2.1')
  })

  it('is the last one no proxy of ours added: what stands before it may be made up', () => {
    const addressOf = createAddressOf(['10.0.0.0/8'])
    expect(addressOf('10.0.0.1', '1.1.1.1, 198.51.100.1, 10.0.0.2')).toBe('198.51.100.1')
    expect(addressOf('10.0.0.1', '10.0.0.3, 10.0.0.2')).toBe('10.0.0.3')
  })

  it('is known without the port that some proxies add', () => {
    const addressOf = createAddressOf(['10.0.0.0/8'])
    expect(addressOf('10.0.0.1', '198.51.100.1:443')).toBe('198.51.100.1')
    expect(addressOf('10.0.0.1', '[2001:db8::5]:443, 10.0.0.2:80')).toBe('2001:db8::5')
    expect(addressOf('10.0.0.1', '[2001:db8::5]')).toBe('2001:db8::5')
  })

  it('falls back to the nearest good hop where the header is no list of addresses', () => {
    const addressOf = createAddressOf(['10.0.0.0/8'])
    for (const header of ['', 'unknown', '<script>', '198.51.100.1:', '[::1', '2001:db8::5:x', ':443', ','])
      expect(addressOf('10.0.0.1', header)).toBe('10.0.0.1')
    expect(addressOf('10.0.0.1', 'garbage, 10.0.0.2')).toBe('10.0.0.2')
  })

  it('is found quickly in a header of great length', () => {
    const addressOf = createAddressOf(['10.0.0.0/8'])
    expect(addressOf('10.0.0.1', `${'10.0.0.2,'.repeat(100_000)}198.51.100.1`)).toBe('198.51.100.1')
  })
})

describe('a list of addresses', () => {
  it('refuses entries that are no address, and says what is right', () => {
    for (const entry of ['', 'proxy', '10.0.0.0/33', '10.0.0.0/', '10.0.0.0/8/8', 'fd00::/129', '10.0.0.0/-1']) {
      expect(() => createAddressList([entry])).toThrow(/no address or network; write 10\.0\.0\.1/)
    }
  })

  it('holds single addresses and networks of both families', () => {
    const has = createAddressList(['192.0.2.1', '2001:db8::/32'])
    expect([has('192.0.2.1'), has('192.0.2.2'), has('2001:db8::9'), has('2001:db9::9'), has('x')]).toEqual([
      true,
      false,
      true,
      false,
      false,
    ])
  })
})
