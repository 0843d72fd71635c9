import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { publicAddress } from './public-address.ts'

describe('a public address', () => {
  it('is one that somebody on the internet holds', () => {
    for (const address of [
      '8.8.8.8',
      '1.0.0.1',
      '100.63.255.255',
      '100.128.0.0',
      '172.15.0.1',
      '172.32.0.1',
      '223.255.255.255',
    ])
      expect(publicAddress(address)).toBe(address)
    for (const address of ['2001:4860:4860::8888', '2a01:4f8::1', '2600::'])
      expect(publicAddress(address)).toBe(address)
  })

  it('is told the way databases write it', () => {
    expect(publicAddress('::ffff:8.8.8.8')).toBe('8.8.8.8')
    expect(publicAddress('::FFFF:808:808')).toBe('8.8.8.8')
    expect(publicAddress('0:0:0:0:0:ffff:8.8.8.8')).toBe('8.8.8.8')
    expect(publicAddress('2A01:04F8:0:0::1')).toBe('2a01:4f8::1')
  })

  it.each([
    ['loopback', ['127.0.0.1', '127.255.0.9', '::1', '::ffff:127.0.0.1']],
    ['private', ['10.0.0.1', '172.16.0.1', '172.31.255.255', '192.168.1.1', 'fd00::1', 'fc00::1', '::ffff:10.0.0.1']],
    ['link-local', ['169.254.1.1', 'fe80::1', 'fe80::1%eth0', '2a01:4f8::1%eth0']],
    ['behind the NAT of a carrier', ['100.64.0.1', '100.127.255.255']],
    [
      'for documents and benchmarks',
      ['192.0.2.1', '198.51.100.7', '203.0.113.9', '198.19.0.1', '2001:db8::1', '3fff::1'],
    ],
    ['nobody', ['0.0.0.0', '::', '224.0.0.1', '240.0.0.1', '255.255.255.255', 'ff02::1']],
    ['a tunnel', ['2002:808:808::1', '2001::1', '64:ff9b::808:808']],
    ['none at all', ['', 'unknown', '8.8.8', '8.8.8.8:30303', '[2a01:4f8::1]', '08.8.8.8', ':::']],
  ])('is not %s', (_, addresses) => {
    for (const address of addresses) expect(publicAddress(address), address).toBeNull()
  })

  it('is the same in IPv6 clothes, whichever it is', () => {
    fc.assert(fc.property(fc.ipV4(), (address) => publicAddress(`::ffff:${address}`) === publicAddress(address)))
  })
})
