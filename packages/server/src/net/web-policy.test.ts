import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { channels } from './channels.ts'
import type { Channel } from './channels.ts'
import { createWebPolicy } from './web-policy.ts'
import type { WebSettings } from './web-policy.ts'

const settings: WebSettings = {
  hosts: [],
  publicOrigin: undefined,
  feedOrigins: [],
  classicOrigins: [],
  port: 3000,
}
type Headers = Readonly<Record<string, string>>
const fault = (channel: Channel, headers: Headers, more: Partial<WebSettings> = {}, believed = false) =>
  createWebPolicy({ ...settings, ...more }, 'box.lan').upgradeFault({ headers, believed }, channel)?.code
const hostFault = (host: string, more: Partial<WebSettings> = {}, headers: Headers = {}, believed = false) =>
  createWebPolicy({ ...settings, ...more }, 'box.lan').hostFault({ headers: { host, ...headers }, believed })?.code

const chrome = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36'
const local = '127.0.0.1:3000'

describe('pages of other sites', () => {
  it.each(channels)('do not open /%s', (channel) => {
    for (const origin of ['https://evil.example', 'http://127.0.0.1:9999', 'http://127.0.0.1', 'null', 'file://', ''])
      expect([origin, fault(channel, { host: local, origin })]).toEqual([origin, 'API_ORIGIN_REFUSED'])
    expect(fault(channel, { host: local, 'sec-fetch-site': 'cross-site' })).toBe('API_ORIGIN_REFUSED')
    expect(fault(channel, { host: local, 'sec-fetch-site': 'same-site' })).toBe('API_ORIGIN_REFUSED')
  })

  it.each(channels)('do not open /%s under a name that they made lead here', (channel) => {
    const headers = { host: 'evil.example:3000', origin: 'http://evil.example:3000', 'user-agent': chrome }
    expect(fault(channel, headers)).toBe('API_HOST_REFUSED')
    // What a script can add to a request to its own origin does not help it.
    expect(fault(channel, { ...headers, 'x-forwarded-host': local })).toBe('API_HOST_REFUSED')
  })

  it.each(channels)('programs do: /%s', (channel) => {
    expect(fault(channel, { host: local })).toBeUndefined()
    expect(fault(channel, {})).toBeUndefined()
    expect(fault(channel, { host: local, 'user-agent': 'node' })).toBeUndefined()
  })

  it('clients with the Origin of geth, or of the address they connect to, report', () => {
    for (const channel of ['api', 'agent'] as const) {
      expect(fault(channel, { host: 'stats.example.org:3000', origin: 'http://localhost' })).toBeUndefined()
      expect(fault(channel, { host: 'stats.example.org:3000' })).toBeUndefined()
      expect(
        fault(channel, { host: 'stats.example.org:3000', origin: 'http://stats.example.org:3000' }),
      ).toBeUndefined()
      // A page of the machine's own port 80 is a page.
      expect(fault(channel, { host: local, origin: 'http://localhost', 'user-agent': chrome })).toBe(
        'API_ORIGIN_REFUSED',
      )
      expect(fault(channel, { host: local, origin: 'http://localhost', 'sec-fetch-mode': 'websocket' })).toBe(
        'API_ORIGIN_REFUSED',
      )
    }
    expect(fault('feed', { host: local, origin: 'http://localhost' })).toBe('API_ORIGIN_REFUSED')
  })

  it('open what the configuration gives them, and no more', () => {
    const origin = 'https://wall.example'
    const feed = { feedOrigins: [origin] }
    const classic = { classicOrigins: [origin] }
    expect(fault('feed', { host: local, origin }, feed)).toBeUndefined()
    expect(fault('primus', { host: local, origin }, feed)).toBe('API_ORIGIN_REFUSED')
    for (const channel of ['primus', 'external'] as const) {
      expect(fault(channel, { host: local, origin }, classic)).toBeUndefined()
      expect(fault(channel, { host: local, origin: 'https://a' }, { classicOrigins: ['*'] })).toBeUndefined()
    }
    expect(fault('feed', { host: local, origin }, classic)).toBe('API_ORIGIN_REFUSED')
    for (const channel of ['api', 'agent'] as const) expect(fault(channel, { host: local, origin }, feed)).toBeDefined()
  })

  it('are told from the own one behind the proxies that there are', () => {
    const https = 'https://stats.example.org'
    const hosts = ['stats.example.org']
    expect(fault('feed', { host: 'stats.example.org:443', origin: https }, { hosts })).toBeUndefined()
    expect(fault('feed', { host: 'stats.example.org:80', origin: 'http://stats.example.org' }, { hosts })).toBe(
      undefined,
    )
    expect(fault('feed', { host: 'stats.example.org:80', origin: https }, { hosts })).toBe('API_ORIGIN_REFUSED')
    expect(fault('feed', { host: '10.0.0.5', origin: 'http://10.0.0.5:8080' })).toBeUndefined()
    // Another port of the public address is another site.
    expect(fault('feed', { host: 'stats.example.org', origin: `${https}:8443` }, { publicOrigin: https })).toBe(
      'API_ORIGIN_REFUSED',
    )
    // On a port that browsers leave out, nothing was cut off.
    expect(fault('feed', { host: '10.0.0.5', origin: 'http://10.0.0.5:8080' }, { port: 80 })).toBe('API_ORIGIN_REFUSED')
    expect(fault('feed', { host: local, origin: https, 'sec-fetch-site': 'same-origin' })).toBeUndefined()
    expect(fault('feed', { host: local, origin: https }, { publicOrigin: https })).toBeUndefined()
  })

  it('a proxy is believed where it is trusted, and only there', () => {
    const origin = 'https://stats.example.org'
    const hosts = ['stats.example.org']
    for (const name of ['stats.example.org', 'stats.example.org:443', 'stats.example.org, inner', 'a:1, b, c']) {
      const headers = { host: local, origin, 'x-forwarded-host': name }
      expect([name, fault('feed', headers, { hosts })]).toEqual([name, 'API_ORIGIN_REFUSED'])
      const trusted = fault('feed', headers, { hosts }, true)
      expect([name, trusted]).toEqual([name, name.startsWith('a') ? 'API_HOST_REFUSED' : undefined])
    }
  })

  it('a name that a script wrote into X-Forwarded-Host does not make up for the one that it was loaded under', () => {
    const hosts = ['stats.example.org']
    const name = (host: string, forwarded: string) =>
      hostFault(host, { hosts }, { 'x-forwarded-host': forwarded }, true)
    for (const good of ['localhost', '10.0.0.5', 'stats.example.org']) {
      // Passed on by nginx as it came; added to by Apache.
      expect([good, name('evil.example', good)]).toEqual([good, 'API_HOST_REFUSED'])
      expect([good, name(local, `${good}, evil.example`)]).toEqual([good, 'API_HOST_REFUSED'])
      expect([good, name('netstats:3000', good), name(local, `${good}, inner`)]).toEqual([good, undefined, undefined])
    }
    expect(name('stats.lan', 'stats.example.org')).toBe('API_HOST_REFUSED')
    expect(name('netstats:3000', 'netstats')).toBe('API_HOST_REFUSED')
  })

  it('are told about trustedProxies where a proxy says more than is believed', () => {
    const policy = createWebPolicy(settings, 'box')
    const headers = { host: local, origin: 'https://a.example', 'x-forwarded-host': 'a.example' }
    expect(policy.originFault({ headers, believed: false }, 'feed')?.message).toContain('trustedProxies')
  })

  it('are named in the refusal with the cure, whatever they call themselves', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (origin, host) => {
        const policy = createWebPolicy(settings, 'box')
        for (const channel of channels) {
          const found = policy.upgradeFault(
            { headers: { origin, host, 'user-agent': chrome }, believed: false },
            channel,
          )
          if (found === undefined) continue
          expect(found.message).toMatch(/^[\x20-\x7e]{50,900}$/)
          expect(found.message).toMatch(/publicUrl/)
        }
      }),
    )
  })
})

describe('names of the server', () => {
  it('are those of loopback, addresses, the machine and what is configured', () => {
    for (const host of [
      'localhost',
      'localhost:3000',
      'a.localhost',
      local,
      '10.1.2.3',
      '[::1]:3000',
      'box',
      'BOX.lan',
    ])
      expect([host, hostFault(host)]).toEqual([host, undefined])
    for (const host of [
      'evil.example',
      'localhost.evil.example',
      '127.0.0.1.evil.example',
      'boxx',
      '',
      'a/b',
      '1.2.3.4@evil.example',
    ])
      expect([host, hostFault(host)]).toEqual([host, 'API_HOST_REFUSED'])
    expect(hostFault('stats.example.org:8443', { hosts: ['Stats.Example.org'] })).toBeUndefined()
    expect(hostFault('a.example.org', { hosts: ['.example.org'] })).toBeUndefined()
    expect(hostFault('badexample.org', { hosts: ['.example.org'] })).toBe('API_HOST_REFUSED')
    expect(hostFault('stats.example.org', { publicOrigin: 'https://stats.example.org' })).toBeUndefined()
    expect(hostFault('what.ever', { hosts: ['*'] })).toBeUndefined()
  })

  it('of a trusted proxy are those its client asked for', () => {
    const forwarded = { 'x-forwarded-host': 'evil.example' }
    expect(hostFault(local, {}, forwarded, true)).toBe('API_HOST_REFUSED')
    expect(hostFault(local, {}, forwarded)).toBeUndefined()
    expect(hostFault('backend', { hosts: ['a.example'] }, { 'x-forwarded-host': 'a.example' }, true)).toBeUndefined()
  })
})
