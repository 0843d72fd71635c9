import { createSocket } from 'node:dgram'
import type { Metric, Observation } from '@netstats/sdk'
import { Secret } from '@netstats/sdk/config'
import { configFor, createFakeClock, createTestContext, sourceContract } from '@netstats/sdk/testing'
import type { TestContext } from '@netstats/sdk/testing'
import { describe, expect, it, vi } from 'vitest'
import { openSnmpClient } from '../../snmp/client.ts'
import { loadSnmp, objectTypes } from '../../snmp/library.ts'
import { mutated, seeded, startDevice } from '../../snmp/test-support/snmp-agent.ts'
import type { DeviceObject } from '../../snmp/test-support/snmp-agent.ts'
import { snmpSourceConfig } from './config.ts'
import { pollOnce } from './poll.ts'
import { openSnmpSource } from './source.ts'

const library = await loadSnmp()
const ups = '1.3.6.1.2.1.33.1'
const objects: readonly DeviceObject[] = [
  { oid: '1.3.6.1.2.1.1.3.0', type: objectTypes.timeTicks, value: 12_345 },
  { oid: `${ups}.2.4.0`, type: objectTypes.integer, value: 97 },
  { oid: `${ups}.2.5.0`, type: objectTypes.integer, value: 547 },
  { oid: '1.3.6.1.4.1.32473.9.1.0', type: objectTypes.octets, value: '21.5' },
]
const own = { name: 'roomTemperature', oid: '1.3.6.1.4.1.32473.9.1.0' }

const configOf = (more: Record<string, unknown>) => configFor({ config: snmpSourceConfig }, more)
const polling = (port: number, more: Record<string, unknown> = {}) =>
  configOf({
    endpoint: `127.0.0.1:${port}`,
    community: 'public',
    sets: ['ups'],
    objects: [own],
    timeout: '200ms',
    ...more,
  })

/** The first observations that the source gives. */
const firstOf = async (config: ReturnType<typeof configOf>, context: TestContext, enough: number) => {
  await using source = await openSnmpSource(config, context)
  const stop = new AbortController()
  const seen: Observation[] = []
  for await (const given of source.observe({ signal: stop.signal })) {
    seen.push(...[given].flat().filter((one) => 'kind' in one))
    if (seen.length >= enough) stop.abort()
  }
  return seen
}
const metricsOf = (seen: readonly Observation[]): readonly Metric[] =>
  seen.flatMap((one) => (one.kind === 'metric' ? [one.body] : []))

sourceContract('snmp, polling', async () => {
  const device = await startDevice(objects)
  const source = await openSnmpSource(polling(device.port, { interval: '1s' }), createTestContext())
  return {
    source,
    async [Symbol.asyncDispose]() {
      await source[Symbol.asyncDispose]()
      await device[Symbol.asyncDispose]()
    },
  }
})

sourceContract('snmp, receiving traps', async () => {
  const source = await openSnmpSource(
    configOf({ traps: { listen: '127.0.0.1:0', communities: ['public'], ratePerAddress: 100_000 } }),
    createTestContext(),
  )
  const session = library.createSession('127.0.0.1', 'public', {
    version: library.Version2c,
    trapPort: source.trapAddress?.port ?? 0,
  })
  return {
    source,
    wake: () => new Promise((resolve) => session.trap(library.TrapType.LinkDown, [], () => resolve())),
    async [Symbol.asyncDispose]() {
      session.close()
      await source[Symbol.asyncDispose]()
    },
  }
})

describe('a poll', () => {
  it('gives the values of a set and of own objects, in plain units, and says which the device does not have', async () => {
    await using device = await startDevice(objects)
    const context = createTestContext()
    const metrics = metricsOf(await firstOf(polling(device.port), context, 1))
    expect(metrics).toEqual([
      { name: 'snmp.sysUpTime', value: 123.45 },
      { name: 'snmp.upsEstimatedChargeRemaining', value: 97 },
      { name: 'snmp.upsBatteryVoltage', value: 54.7 },
      { name: 'snmp.roomTemperature', value: 21.5 },
    ])
    const told = context.log.entries.find(({ fields }) => 'missing' in fields)
    expect(told?.fields['missing']).toContain('upsInputVoltage')
    expect(context.health).toEqual(['ok'])
  })

  it('of version 3 is let in with the right keys, and says whom it was refused otherwise', async () => {
    const { SecurityLevel, AuthProtocols, PrivProtocols } = library
    const account = {
      name: 'poller',
      level: SecurityLevel.authPriv,
      authProtocol: AuthProtocols.sha256,
      authKey: 'authpass123',
      privProtocol: PrivProtocols.aes256b,
      privKey: 'privpass123',
    }
    await using device = await startDevice(objects, { user: account })
    const user = {
      name: 'poller',
      auth: 'sha256',
      authKey: 'authpass123',
      privacy: 'aes256',
      privacyKey: 'privpass123',
    }
    const good = polling(device.port, { community: undefined, user })
    expect(metricsOf(await firstOf(good, createTestContext(), 1))).toHaveLength(4)
    const context = createTestContext()
    await using source = await openSnmpSource(
      polling(device.port, { community: undefined, user: { ...user, authKey: 'another-one' }, retries: 0 }),
      context,
    )
    const stop = new AbortController()
    const reading = source.observe({ signal: stop.signal })[Symbol.asyncIterator]().next()
    await vi.waitUntil(() => context.health.length > 0, { timeout: 60_000 })
    stop.abort()
    await reading
    expect(context.health[0]).toContain('127.0.0.1')
    expect(JSON.stringify([context.health, context.log.entries])).not.toMatch(/another-one|authpass|privpass/)
  })

  it('of a device that is silent says so, and goes on when it answers', async () => {
    await using device = await startDevice(objects)
    let silent = true
    device.tamper((answer) => (silent ? [] : [answer]))
    const context = createTestContext()
    await using source = await openSnmpSource(polling(device.port, { interval: '1s', retries: 0 }), context)
    const stop = new AbortController()
    const next = source.observe({ signal: stop.signal })[Symbol.asyncIterator]().next()
    await vi.waitUntil(() => context.health.length > 0, { timeout: 60_000 })
    expect(context.health[0]).toMatch(/^no answer from 127\.0\.0\.1:\d+; check the address and the community$/)
    silent = false
    expect((await next).value).toHaveLength(4)
    expect(context.counts).toMatchObject({ 'polls{result=failed}': expect.any(Number) })
    stop.abort()
  })

  it('keeps to the pace that servers ask for', async () => {
    await using device = await startDevice(objects)
    const clock = createFakeClock()
    const context = createTestContext({ clock, paceMs: () => 65_000 })
    await using source = await openSnmpSource(polling(device.port), context)
    const stop = new AbortController()
    const reading = (async () => {
      for await (const _ of source.observe({ signal: stop.signal })) continue
    })()
    const polls = (): number | undefined => context.counts['polls{result=ok}']
    await vi.waitUntil(() => polls() === 1, { timeout: 60_000 })
    const seen: (number | undefined)[] = []
    for (let tick = 0; tick < 2; tick++) {
      await vi.waitUntil(() => clock.sleeping() === 1, { timeout: 60_000 })
      await clock.advance(30_000)
      seen.push(polls())
    }
    expect(seen).toEqual([1, 1])
    await clock.advance(30_000)
    await vi.waitUntil(() => polls() === 2, { timeout: 60_000 })
    stop.abort()
    await reading
  })

  it('survives 10,000 answers that were tampered with, and still reads a good one', async () => {
    await using device = await startDevice(objects)
    const random = seeded(7)
    const sent = { packets: 0 }
    device.tamper((answer) => Array.from({ length: 40 }, () => (sent.packets++, mutated(answer, random))))
    const options = {
      host: '127.0.0.1',
      port: device.port,
      timeoutMs: 15,
      retries: 0,
      signal: new AbortController().signal,
    }
    const access = { community: new Secret('public') }
    const asked = [own, { name: 'table', oid: ups, rows: { label: 'row' } }]
    while (sent.packets < 10_000) {
      await using client = await openSnmpClient(library, { ...options, access })
      const round = await pollOnce(client, asked, 50).catch((error: unknown) => error as Error)
      if (round instanceof Error) expect(round.message).not.toMatch(/public/)
      else for (const { value } of round.metrics) expect(Number.isFinite(value)).toBe(true)
    }
    device.tamper((answer) => [answer])
    await using client = await openSnmpClient(library, { ...options, timeoutMs: 5000, access })
    expect((await pollOnce(client, [own], 50)).metrics).toEqual([{ name: 'snmp.roomTemperature', value: 21.5 }])
  })

  it('takes an answer from nobody but the device', async () => {
    await using device = await startDevice(objects)
    const stranger = createSocket('udp4')
    device.tamper((answer, to) => {
      stranger.send(answer, to, '127.0.0.1')
      return []
    })
    await using client = await openSnmpClient(library, {
      host: '127.0.0.1',
      port: device.port,
      access: { community: new Secret('public') },
      timeoutMs: 200,
      retries: 0,
      signal: new AbortController().signal,
    })
    const asked = client.get([own.oid])
    await expect(asked).rejects.toThrow('no answer')
    stranger.close()
  })
})

describe('traps', () => {
  it('become a line of the log and an alarm, and an inform is acknowledged once they are stored', async () => {
    const context = createTestContext()
    await using source = await openSnmpSource(
      configOf({ traps: { listen: '127.0.0.1:0', communities: ['public'] } }),
      context,
    )
    await using client = await openSnmpClient(library, {
      host: '127.0.0.1',
      port: source.trapAddress?.port ?? 0,
      access: { community: new Secret('public') },
      timeoutMs: 5000,
      retries: 0,
      signal: new AbortController().signal,
    })
    const stop = new AbortController()
    const observed = source.observe({ signal: stop.signal })[Symbol.asyncIterator]()
    let acknowledged = false
    const index = { oid: '1.3.6.1.2.1.2.2.1.1.3', type: objectTypes.integer, value: 3 }
    const informing = client.inform('1.3.6.1.6.3.1.1.5.3', [index]).then(() => (acknowledged = true))
    const { value } = await observed.next()
    expect(value).toMatchObject([
      { kind: 'log', node: 'alpha', body: { message: 'linkDown ifIndex.3=3' } },
      { kind: 'alarm', body: { type: 'link-down', step: 'raised' } },
    ])
    expect(acknowledged).toBe(false)
    const more = observed.next()
    await informing
    stop.abort()
    await more
    expect(context.counts).toEqual({ 'notifications{version=2c}': 1 })
  })

  it('that are refused are counted, and told at most once a minute for each reason', async () => {
    const clock = createFakeClock()
    const context = createTestContext({ clock })
    await using source = await openSnmpSource(
      configOf({ traps: { listen: '127.0.0.1:0', communities: ['public'] } }),
      context,
    )
    const socket = createSocket('udp4')
    const throwOne = async (): Promise<void> => {
      const before = context.counts['packets_refused{reason=malformed}'] ?? 0
      socket.send('x', source.trapAddress?.port ?? 0, '127.0.0.1')
      await vi.waitUntil(() => context.counts['packets_refused{reason=malformed}'] === before + 1, { timeout: 60_000 })
    }
    for (let i = 0; i < 5; i++) await throwOne()
    await clock.advance(60_000)
    await throwOne()
    socket.close()
    const told = context.log.entries.filter(({ level }) => level === 'warn').map(({ fields }) => fields)
    expect(told).toEqual([
      { reason: 'malformed', from: '127.0.0.1', packets: 1 },
      { reason: 'malformed', from: '127.0.0.1', packets: 5 },
    ])
  })
})

describe('options', () => {
  const faultsOf = (options: Record<string, unknown>): readonly string[] => {
    const { error } = snmpSourceConfig.safeParse(options)
    return (error?.issues ?? []).map(({ path, message }) => `${path.join('.')}: ${message}`)
  }
  it.each<[string, Record<string, unknown>, string]>([
    ['nothing to do', {}, 'endpoint: missing'],
    ['no community', { endpoint: 'a', sets: ['ups'] }, 'community: missing'],
    [
      'two ways in',
      { endpoint: 'a', sets: ['ups'], community: 'x', user: { name: 'a' } },
      'user: a peer is asked in one',
    ],
    ['nothing to poll', { endpoint: 'a', community: 'x' }, 'sets: nothing to poll'],
    ['traps from nobody', { traps: { listen: ':162' } }, 'traps.communities: nobody'],
    [
      'a short key',
      { endpoint: 'a', sets: ['ups'], user: { name: 'a', auth: 'sha', authKey: 'short' } },
      'user.authKey: is shorter',
    ],
    [
      'encryption alone',
      { endpoint: 'a', sets: ['ups'], user: { name: 'a', privacy: 'aes', privacyKey: 'longenough' } },
      'user.auth: missing',
    ],
  ])('refuse %s', (_, options, fault) => expect(faultsOf(options).join('\n')).toContain(fault))
})
