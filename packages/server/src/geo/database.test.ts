import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openDatabase, readBuiltIn } from './database.ts'
import { findingOf } from './record.ts'
import { writeMmdb } from './testing/mmdb-writer.ts'

let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'netstats-geo-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const file = async (bytes: Buffer | string): Promise<string> => {
  const path = join(folder, 'places.mmdb')
  await writeFile(path, bytes)
  return path
}

describe('the built-in countries', () => {
  it('know addresses of both families', () => {
    const lookup = readBuiltIn()
    const code = (address: string) => findingOf(lookup(address))?.code
    expect(['8.8.8.8', '193.171.0.1', '2a01:4f8::1', '2001:4860:4860::8888'].map(code)).toEqual([
      'US',
      'AT',
      'DE',
      'US',
    ])
  })
})

describe('a database of the operator', () => {
  it('is looked up in, both families', async () => {
    const lookup = await openDatabase(
      await file(
        writeMmdb({ '8.8.8.0/24': { country_code: 'US', city: 'Dallas' }, '2a01:4f8::/32': { country_code: 'DE' } }),
      ),
    )
    expect(lookup('8.8.8.8')).toEqual({ country_code: 'US', city: 'Dallas' })
    expect(lookup('8.8.9.8')).toBeNull()
    expect(lookup('2a01:4f8:1::9')).toEqual({ country_code: 'DE' })
    expect(lookup('2a01:4f9::')).toBeNull()
  })

  it('of IPv4 alone gives nothing for an IPv6 address', async () => {
    // In a tree of IPv4 the first bits of 0808:… would lead to 8.8.0.0/16.
    const lookup = await openDatabase(await file(writeMmdb({ '8.8.0.0/16': { country_code: 'US' } }, { ipVersion: 4 })))
    expect(lookup('8.8.4.4')).toEqual({ country_code: 'US' })
    expect(lookup('808:808::1')).toBeNull()
  })

  it('may know a few networks only', async () => {
    const lookup = await openDatabase(await file(writeMmdb({ '9.9.9.0/24': { country_code: 'CH' } })))
    expect(lookup('9.9.9.9')).toEqual({ country_code: 'CH' })
  })

  it.each([
    ['text', 'ip,country\n8.8.8.0,US\n', /it is another kind of file/],
    ['an empty file', '', /fetch it again/],
    ['a compressed file', gzipSync('x'), /it is compressed; unpack it/],
    ['a zip archive', Buffer.from('PK\x03\x04rest'), /zip archive/],
    ['a file without its end', writeMmdb({ '8.8.8.0/24': { country_code: 'US' } }).subarray(0, -40), /fetch it again/],
    ['a file without its beginning', writeMmdb({ '8.8.8.0/24': { city: 'x' } }).subarray(400), /fetch it again/],
    [
      'a database of something else',
      writeMmdb({ '8.8.8.0/24': { autonomous_system_number: 15_169 } }, { type: 'GeoLite2-ASN' }),
      /it tells no places \(its type is "GeoLite2-ASN"\)/,
    ],
  ])('must not be %s', async (_, bytes, message) => {
    const path = await file(bytes)
    await expect(openDatabase(path)).rejects.toMatchObject({
      code: 'SERVER_GEO_DATABASE_INVALID',
      message: expect.stringMatching(message),
    })
    await expect(openDatabase(path)).rejects.toThrow(`geo.database: ${path} is no MMDB file of places: `)
  })

  it('must be there and be a file', async () => {
    const code = 'SERVER_GEO_DATABASE_UNREADABLE'
    const missing = expect.stringMatching(/it does not exist\. Name an MMDB file/)
    await expect(openDatabase(join(folder, 'none.mmdb'))).rejects.toMatchObject({ code, message: missing })
    await expect(openDatabase(folder)).rejects.toMatchObject({
      code,
      message: expect.stringContaining('it is a folder'),
    })
  })
})
