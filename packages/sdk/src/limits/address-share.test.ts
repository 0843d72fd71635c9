import { describe, expect, it } from 'vitest'
import { originOf } from './address-share.ts'

describe('the origin of an address', () => {
  it('is the address, of IPv6 its network', () => {
    expect(['192.0.2.1', '::1', '2001:db8:1:2:3:4:5:6', '2001:DB8::7', 'fe80::1%eth0', ''].map(originOf)).toEqual([
      '192.0.2.1',
      '0:0:0:0::/64',
      '2001:db8:1:2::/64',
      '2001:db8:0:0::/64',
      'fe80:0:0:0::/64',
      '',
    ])
  })

  it('is the address of IPv4 however IPv6 writes it, so that not all of them count as one', () => {
    expect(['::ffff:192.0.2.1', '::FFFF:c000:201', '0:0:0:0:0:ffff:192.0.2.1'].map(originOf)).toEqual([
      '192.0.2.1',
      '192.0.2.1',
      '192.0.2.1',
    ])
    expect(originOf('64:ff9b::192.0.2.1')).toBe('64:ff9b:0:0::/64')
  })
})
