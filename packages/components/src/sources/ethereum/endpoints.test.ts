import { Secret } from '@netstats/sdk/config'
import { configFor, createFakeClock } from '@netstats/sdk/testing'
import { describe, expect, it } from 'vitest'
import { ethereumConfig } from './config.ts'
import { createEndpoints, endpointsOf } from './endpoints.ts'
import type { Endpoint } from './endpoints.ts'
import { createPushTrust } from './push-trust.ts'
import { createAllowance } from './rpc/allowance.ts'
import { jwtOf, tryJwtSecret } from './rpc/jwt.ts'

const clock = createFakeClock()
const endpoint = (label: string): Endpoint => ({
  url: `http://${label}`,
  label,
  allowance: createAllowance(clock),
  trust: createPushTrust(clock),
  redact: (text) => text,
  headers: () => ({}),
})
const [a, b, c] = [endpoint('a'), endpoint('b'), endpoint('c')]
const choice = () => createEndpoints([a, b, c], clock)

describe('endpoints of a node', () => {
  it('are tried one after the other, at once while there is one that has not failed', () => {
    const endpoints = choice()
    expect([endpoints.failed(), endpoints.current().label]).toEqual([true, 'b'])
    expect([endpoints.failed(), endpoints.current().label]).toEqual([true, 'c'])
    expect([endpoints.failed(), endpoints.current().label]).toEqual([false, 'a'])
  })

  it('stay with one that works, also where the first could be had again', () => {
    const endpoints = choice()
    endpoints.failed()
    for (let i = 0; i < 100; i++) {
      endpoints.worked()
      endpoints.compared(a, { own: i, other: i + 1 })
    }
    expect(endpoints.current()).toBe(b)
  })

  it('change to one that is ahead by two blocks three times in a row', () => {
    const endpoints = choice()
    const ahead = { own: 5, other: 7 }
    const level = { own: 7, other: 7 }
    expect([ahead, ahead, level, ahead, ahead].map((heights) => endpoints.compared(b, heights))).not.toContain(true)
    expect(endpoints.compared(c, ahead)).toBe(false)
    expect(endpoints.compared(b, ahead)).toBe(true)
    expect(endpoints.current()).toBe(b)
  })

  it('leave one of another network alone, unless all are', async () => {
    const endpoints = choice()
    expect([endpoints.exclude(), endpoints.current().label]).toEqual([true, 'b'])
    expect(endpoints.others()).toEqual([c])
    expect([endpoints.exclude(), endpoints.current().label]).toEqual([true, 'c'])
    expect(endpoints.exclude()).toBe(false)
    expect(endpoints.others()).toEqual([a, b])
  })

  it('are one where one is given, which stays', () => {
    const endpoints = createEndpoints([a], clock)
    expect([endpoints.failed(), endpoints.exclude(), endpoints.others()]).toEqual([false, false, []])
    expect(endpoints.current()).toBe(a)
  })
})

describe('credentials', () => {
  const hex = 'ab'.repeat(32)
  const parse = (more: object) => configFor({ config: ethereumConfig }, { node: 'n', endpoint: 'http://h/', ...more })
  const headersOf = (more: object) => endpointsOf(parse(more), clock).all.map((one) => one.headers())

  it('are sent to the endpoint they were given for, and to no other', () => {
    expect(
      headersOf({
        bearer: 'one',
        headers: { 'X-Api-Key': 'two' },
        endpoints: ['http://i/', { url: 'http://j/', basic: { user: 'u', password: 'p' } }],
      }),
    ).toEqual([{ authorization: 'Bearer one', 'x-api-key': 'two' }, {}, { authorization: `Basic ${btoa('u:p')}` }])
  })

  it('made of a JWT secret are fresh for each request', async () => {
    const [first] = endpointsOf(parse({ jwtSecret: hex }), clock).all
    const before = first?.headers()
    await clock.advance(1000)
    expect(first?.headers()).not.toEqual(before)
    const [head, body, mark] = jwtOf(tryJwtSecret(hex) ?? Buffer.alloc(0), 1_767_225_600_999).split('.')
    expect(JSON.parse(atob(head ?? ''))).toEqual({ alg: 'HS256', typ: 'JWT' })
    expect(JSON.parse(atob(body ?? ''))).toEqual({ iat: 1_767_225_600 })
    expect(mark).toMatch(/^[\w-]{43}$/)
  })

  it('that are no secret are refused without being shown', () => {
    for (const text of ['hush', `${hex}00`, `0x${hex.slice(2)}`]) {
      const { error } = ethereumConfig.safeParse({ endpoint: 'http://h/', jwtSecret: text })
      expect(error?.message).toMatch(/32 bytes/)
      expect(error?.message).not.toContain(text)
    }
    expect(tryJwtSecret(` 0x${hex}\n`)).toHaveLength(32)
    expect(String(new Secret(hex))).not.toContain(hex)
  })

  it('are hidden in what any endpoint of the node repeats, with and without the word before them', () => {
    const config = parse({
      headers: { 'X-Key': 'header-key' },
      endpoints: [
        { url: 'https://rpc.example.io/v3/path-key', bearer: 'bearer-key' },
        { url: 'http://10.0.0.2', basic: { user: 'me', password: 'basic-word' } },
      ],
    })
    const told = 'no project header-key, path-key, bearer-key, basic-word, bWU6YmFzaWMtd29yZA=='
    for (const { redact } of endpointsOf(config, clock).all)
      expect(redact(told)).toBe('no project [hidden], [hidden], [hidden], [hidden], [hidden]')
  })
})
