import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openGeo } from './geo.ts'
import type { GeoOptions } from './geo.ts'
import { writeMmdb } from './testing/mmdb-writer.ts'

let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'netstats-geo-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const open = async (options: Partial<GeoOptions> = {}) => {
  const troubles: string[] = []
  const onTrouble = (reason: string): void => void troubles.push(reason)
  const geo = await openGeo({ enabled: true, places: undefined, onTrouble, ...options })
  return { ...geo, troubles }
}

const database = async (bytes: Buffer): Promise<string> => {
  const path = join(folder, 'places.mmdb')
  await writeFile(path, bytes)
  return path
}

const counted = (counts: Readonly<Record<string, number>>) =>
  Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0))

describe('where a node is', () => {
  it('is near the middle of its country as far as the built-in countries know', async () => {
    const { locate, counts } = await open()
    const place = locate('193.171.0.1', 'a')
    expect(place).toMatchObject({ city: null, country: 'Austria' })
    expect(Math.hypot((place?.latitude ?? 0) - 47.5, (place?.longitude ?? 0) - 14.55)).toBeLessThan(1.6)
    expect(locate('::ffff:193.171.0.1', 'a')).toEqual(place)
    expect(locate('193.171.0.1', 'b')?.latitude).not.toBe(place?.latitude)
    expect(counted(counts)).toEqual({ country: 3 })
  })

  it('is what the operator says, whatever the address', async () => {
    const { locate, counts } = await open({ places: { 'eu-*': { city: 'Vienna', latitude: 48.2, longitude: 16.4 } } })
    const vienna = { city: 'Vienna', country: null, latitude: 48.2, longitude: 16.4 }
    for (const address of ['8.8.8.8', '10.0.0.1', '', null]) expect(locate(address, 'eu-1')).toEqual(vienna)
    expect(counted(counts)).toEqual({ operator: 4 })
  })

  it('is unknown on a private address, and nothing is read for it', async () => {
    // A lookup in this database would fail.
    const { locate, counts, troubles } = await open({ database: await database(broken()) })
    expect(locate('10.0.0.1', 'a')).toBeNull()
    expect(locate('::1', 'a')).toBeNull()
    expect(locate(null, 'a')).toBeNull()
    expect(counted(counts)).toEqual({ private: 2 })
    expect(troubles).toEqual([])
  })

  it('is exact to the city in a database that knows it, else spread over the country', async () => {
    const path = await database(
      writeMmdb({
        '5.0.0.0/24': {
          city: { names: { en: 'Graz' } },
          country: { iso_code: 'AT' },
          location: { latitude: 47.07, longitude: 15.44 },
        },
        '5.0.1.0/24': { country: { iso_code: 'AT' }, location: { latitude: 47.2, longitude: 13.3 } },
        '5.0.2.0/24': { country: { iso_code: 'XX', names: { en: 'Atlantis' } } },
        '5.0.3.0/24': { country_code: 'AT', city: 'Graz' },
      }),
    )
    const { locate, counts } = await open({ database: path })
    expect(locate('5.0.0.1', 'a')).toEqual({ city: 'Graz', country: 'Austria', latitude: 47.07, longitude: 15.44 })
    const jitter = locate('5.0.1.1', 'a')
    expect(jitter).toMatchObject({ city: null, country: 'Austria' })
    expect(Math.hypot((jitter?.latitude ?? 0) - 47.2, (jitter?.longitude ?? 0) - 13.3)).toBeLessThan(1.51)
    expect(locate('5.0.2.1', 'a')).toEqual({ city: null, country: 'Atlantis', latitude: null, longitude: null })
    // A city without a point is drawn at its country, so it must not look exact.
    expect(locate('5.0.3.1', 'a')).toMatchObject({ city: null, country: 'Austria' })
    expect(locate('5.0.4.1', 'a')).toBeNull()
    expect(counted(counts)).toEqual({ city: 1, country: 3, unknown: 1 })
  })

  it('is not looked up where that is turned off; places hold', async () => {
    const options = { enabled: false, database: join(folder, 'none'), places: { a: { latitude: 1, longitude: 2 } } }
    const { locate, counts } = await open(options)
    expect(locate('8.8.8.8', 'b')).toBeNull()
    expect(locate('8.8.8.8', 'a')).toMatchObject({ latitude: 1 })
    expect(counted(counts)).toEqual({ operator: 1 })
  })

  it('is unknown when the database turns out damaged, which is told once', async () => {
    const { locate, counts, troubles } = await open({ database: await database(broken()) })
    expect(locate('5.0.0.1', 'a')).toBeNull()
    expect(locate('5.0.0.1', 'b')).toBeNull()
    expect(counted(counts)).toEqual({ failed: 2 })
    expect(troubles).toEqual([expect.stringContaining('the place database is damaged')])
  })

  it('is known by the configuration alone when the built-in countries are gone, which is told once', async () => {
    let reads = 0
    const readBuiltIn = () => {
      reads++
      throw new Error('ENOENT')
    }
    const { locate, troubles } = await open({ readBuiltIn, places: { c: { latitude: 1, longitude: 2 } } })
    locate('10.0.0.1', 'a')
    expect(reads).toBe(0)
    expect([locate('8.8.8.8', 'a'), locate('8.8.8.8', 'b')]).toEqual([null, null])
    expect(locate('8.8.8.8', 'c')).toMatchObject({ latitude: 1 })
    expect(reads).toBe(1)
    expect(troubles).toEqual([expect.stringMatching(/built-in countries cannot be read.*ENOENT/)])
  })

  it('does not begin with a wrong file', async () => {
    await expect(open({ database: await database(Buffer.from('no database')) })).rejects.toMatchObject({
      code: 'SERVER_GEO_DATABASE_INVALID',
    })
  })
})

/** Well formed in all that is looked at when it is opened; its one record claims a type there is not. */
const broken = (): Buffer => {
  const bytes = writeMmdb({ '5.0.0.0/24': { x: 'damage' } })
  const at = bytes.indexOf('damage') - 1
  bytes[at] = 0
  bytes[at + 1] = 200
  return bytes
}
