import { loadConfig, outlineOf, sampleConfig } from '@netstats/runtime/config'
import type { Outline } from '@netstats/runtime/config'
import { describe, expect, it } from 'vitest'
import { serverConfig } from './config.ts'

const load = (env: Record<string, string>) => loadConfig({ schema: serverConfig, env })

const keysOf = (outline: Outline, path = ''): { path: string; description: string }[] =>
  outline.type === 'object'
    ? Object.entries(outline.fields).flatMap(([key, field]) => [
        { path: `${path}${key}`, description: field.description },
        ...keysOf(field, `${path}${key}.`),
      ])
    : []

describe('the server configuration', () => {
  it('needs nothing to be said', () => {
    expect(load({})).toMatchObject({
      listen: { host: '127.0.0.1', port: 3000 },
      ethstats: { maxFrame: 16 << 20, loginTimeout: 10_000, silence: 60_000 },
      trustedProxies: [],
      feed: { enabled: true },
    })
  })

  it('takes the secret from the variable scripts use, and never shows it', () => {
    const config = load({ NETSTATS_ETHSTATS_SECRET: 'hidden-word' })
    expect(config.ethstats.secret?.reveal()).toBe('hidden-word')
    expect(JSON.stringify(config)).not.toContain('hidden-word')
  })

  it('takes no address or origin that could never be that of a page, and shows no password in it', () => {
    const one = (name: string, value: unknown, path: readonly string[] = [name]) =>
      loadConfig({ schema: serverConfig, flags: [{ name, path, value }] })
    expect(one('publicUrl', 'https://a.example/x').publicUrl).toBe('https://a.example/x')
    for (const value of [
      'https://ann:s3cretpw@a.example/',
      'https://a.example/?token=s3cretpw',
      'https://a.example/#x',
      'https://a.example/a b',
      'https://a.example//x',
      'https://a.example/%2f',
      'ftp://a.example/',
      7,
    ]) {
      expect(() => one('publicUrl', value)).toThrow('expected an address such as')
      expect(() => one('publicUrl', value)).not.toThrow('s3cretpw')
    }
    for (const value of ['https://*.example.org', 'https://ann:pw@a.example', 'null', 'https://a.example/x'])
      expect(() => one('feed.origins', [value], ['feed', 'origins'])).toThrow('expected an origin such as')
  })

  it('takes places by node id, each a point on the globe', () => {
    const load = (place: unknown) =>
      loadConfig({ schema: serverConfig, flags: [{ name: 'places', path: ['places', 'eu-*'], value: place }] })
    const vienna = { city: 'Vienna', latitude: 48.2, longitude: 16.4 }
    expect(load(vienna).places).toEqual({ 'eu-*': vienna })
    expect(() => load({ ...vienna, latitude: 90.1 })).toThrow(/latitude.*90\.1, expected a number from -90 to 90/)
    expect(() => load({ ...vienna, longitude: '16' })).toThrow(/longitude.*"16", expected a number from -180 to 180/)
    expect(() => load({ latitude: 48.2 })).toThrow(/longitude.*missing/)
    expect(() => load({ ...vienna, town: 'Vienna' })).toThrow(/town.*unknown key/)
    const many = Object.fromEntries(Array.from({ length: 10_001 }, (_, i) => [`node-${i}`, vienna]))
    const flags = [{ name: 'places', path: ['places'], value: many }]
    expect(() => loadConfig({ schema: serverConfig, flags })).toThrow('more than 10000 places')
  })

  it('explains every key in a sentence', () => {
    const keys = keysOf(outlineOf(serverConfig))
    expect(keys.length).toBeGreaterThan(20)
    expect(keys.filter(({ description }) => !/^[A-Z].{15,}\.$/.test(description))).toEqual([])
    expect(sampleConfig(serverConfig, 'Sample')).toContain('#trustedProxies')
  })

  it('names what is wrong and what is right', () => {
    const faultOf = (env: Record<string, string>): string => {
      try {
        load(env)
        return ''
      } catch (error) {
        return String(error)
      }
    }
    expect(faultOf({ NETSTATS_TRUSTED_PROXIES: 'proxy.local' })).toMatch(/an address or network, such as 10\.0\.0\.7/)
    expect(faultOf({ NETSTATS_ETHSTATS_SILENCE: '60' })).toMatch(/duration/)
    expect(faultOf({ NETSTATS_GEO_DATABASE: ' '.repeat(5000) })).toMatch(/the path of a file/)
    expect(faultOf({ NETSTATS_LIMITS_QUEUE_BYTES: '1KiB' })).toMatch(/32MiB/)
  })
})
