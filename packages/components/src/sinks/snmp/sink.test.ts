/** Against the receiver of this package on a real socket; real peers are in e2e/peers. */
import { createHash } from 'node:crypto'
import { Secret } from '@netstats/sdk/config'
import { systemClock, unixMs } from '@netstats/sdk'
import type { Observation, SpooledObservation } from '@netstats/sdk'
import {
  configFor,
  createTestContext,
  exampleObservations,
  exampleSpool,
  exampleStats,
  sinkContract,
} from '@netstats/sdk/testing'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { loadSnmp } from '../../snmp/library.ts'
import { nameOf } from '../../snmp/names.ts'
import { openSnmpReceiver } from '../../snmp/receiver.ts'
import type { SnmpNotification } from '../../snmp/receiver.ts'
import { textOf } from '../../snmp/values.ts'
import { snmpSinkConfig } from './config.ts'
import { engineOf } from './engine.ts'
import { notificationOf } from './notification.ts'
import { openSnmpSink } from './sink.ts'

const library = await loadSnmp()
const alarms = exampleObservations().filter((one) => one.kind === 'alarm')
const [alarm] = alarms
const never = new AbortController().signal
const user = { name: 'teller', auth: 'sha256', authKey: 'authpass123', privacy: 'aes', privacyKey: 'privpass123' }

const startReceiver = async (port = 0) => {
  const taken: SnmpNotification[] = []
  let silent = false
  let most = Infinity
  const receiver = await openSnmpReceiver(library, {
    listen: { host: '127.0.0.1', port },
    communities: [new Secret('public')],
    users: [
      {
        ...user,
        auth: 'sha256',
        privacy: 'aes',
        authKey: new Secret(user.authKey),
        privacyKey: new Secret(user.privacyKey),
      },
    ],
    maxPacketBytes: 65_507,
    ratePerAddress: 100_000,
    refuseReplays: true,
    clock: systemClock,
    onNotification(one) {
      if (silent || taken.length >= most) return false
      taken.push(one)
      one.acknowledge()
      return true
    },
    onRefused: () => undefined,
  })
  return {
    taken,
    port: receiver.address.port,
    silence: (is: boolean) => (silent = is),
    silenceAfter: (count: number) => (most = count),
    [Symbol.asyncDispose]: () => receiver[Symbol.asyncDispose](),
  }
}

const openSink = (port: number, more: object = {}) =>
  openSnmpSink(
    configFor(
      { config: snmpSinkConfig },
      { endpoint: `127.0.0.1:${port}`, community: 'public', timeout: '100ms', retries: 0, ...more },
    ),
    createTestContext(),
  )

const alarmOf = (n: number): Observation => ({ ...alarm!, observedAt: unixMs(n) })

sinkContract(
  'snmp with informs',
  async () => {
    let receiver = await startReceiver()
    const { port } = receiver
    let away = false
    const sink = await openSink(port)
    return {
      sink,
      async peer(mood) {
        if (away !== (mood === 'away')) {
          away = mood === 'away'
          if (away) await receiver[Symbol.asyncDispose]()
          else receiver = await startReceiver(port)
        }
        receiver.silence(mood === 'silent')
      },
      async [Symbol.asyncDispose]() {
        await sink[Symbol.asyncDispose]()
        await receiver[Symbol.asyncDispose]()
      },
    }
  },
  { observation: alarmOf },
)

sinkContract(
  'snmp with traps of version 3',
  async () => {
    const receiver = await startReceiver()
    const sink = await openSink(receiver.port, { community: undefined, user, mode: 'trap' })
    return {
      sink,
      peer: () => Promise.resolve(),
      async [Symbol.asyncDispose]() {
        await sink[Symbol.asyncDispose]()
        await receiver[Symbol.asyncDispose]()
      },
    }
  },
  // A trap is sent whether anyone listens or not.
  { without: ['silent', 'away'], observation: alarmOf },
)

const itemsOf = (observations: readonly Observation[]): readonly SpooledObservation[] =>
  observations.map((observation, i) => ({ sequence: 100 + i, observation }))
const batchOf = (observations: readonly Observation[]) => {
  const items = itemsOf(observations)
  return { spool: exampleSpool.id, after: 0, before: 0, items, last: items.at(-1)?.sequence ?? 0 }
}

describe('the sink snmp', () => {
  it('tells an alarm with all that NETSTATS-MIB says of it', async () => {
    await using receiver = await startReceiver()
    await using sink = await openSink(receiver.port)
    expect(await sink.deliver(batchOf(alarms), { signal: never })).toEqual({ status: 'delivered' })
    const [one] = receiver.taken
    expect(nameOf(one?.oid ?? '')).toBe('netstatsAlarmRaised')
    const said = Object.fromEntries((one?.varbinds ?? []).map((bind) => [nameOf(bind.oid), textOf(bind)]))
    expect(said).toMatchObject({
      'netstatsNode.0': 'node-1',
      'netstatsTime.0': '0x07ea0101000000002b0000',
      'netstatsSeverity.0': '2',
      'netstatsMessage.0': 'The disk is full.',
      'netstatsAlarmName.0': 'disk-full',
      'netstatsAlarmType.0': 'disk-full',
      'netstatsObservationId.0': `${exampleSpool.id}:100`,
    })
  })

  it('says how far it came where the receiver falls silent', async () => {
    await using receiver = await startReceiver()
    await using sink = await openSink(receiver.port)
    receiver.silenceAfter(15)
    const many = Array.from({ length: 25 }, (_, i) => alarmOf(i))
    const delivery = await sink.deliver(batchOf(many), { signal: never })
    expect(delivery).toMatchObject({ status: 'retry', reason: expect.stringMatching(/^no answer from/) })
    expect(receiver.taken).toHaveLength(15)
    const through = 'through' in delivery ? (delivery.through ?? 0) : 0
    // The first ten for certain, and nothing that was not acknowledged.
    expect(through).toBeGreaterThanOrEqual(109)
    expect(through).toBeLessThanOrEqual(114)
  })

  it('passes over what is neither an alarm nor a log', async () => {
    await using receiver = await startReceiver()
    await using sink = await openSink(receiver.port)
    expect(await sink.deliver(batchOf([exampleStats(1)]), { signal: never })).toEqual({ status: 'delivered' })
    expect(receiver.taken).toEqual([])
  })
})

describe('a notification', () => {
  it('cuts long texts between two characters and fits a datagram', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 2000 }), fc.nat(7), (message, severity) => {
        const body = { severity, source: message.slice(0, 100), message }
        const one = notificationOf({ sequence: 1, observation: { ...alarm!, kind: 'log', body } }, 'spool')
        for (const { value } of one?.varbinds ?? []) {
          if (!Buffer.isBuffer(value)) continue
          expect(value.length).toBeLessThanOrEqual(1024)
        }
        const said = one?.varbinds.find(({ oid }) => nameOf(oid) === 'netstatsMessage.0')?.value as Buffer
        const text = new TextDecoder('utf-8', { fatal: true }).decode(said)
        expect(message.toWellFormed().startsWith(text)).toBe(true)
      }),
    )
  })
})

describe('the engine of traps', () => {
  const spoolOf = (from: number) => ({ id: exampleSpool.id, lives: [{ life: '0'.repeat(16), from }] })
  const clock = systemClock

  it('keeps its id with the spool, and its boots grow with each start', () => {
    const starts = [Date.UTC(2026, 0, 1), Date.UTC(2026, 0, 1) + 2000].map((ms) =>
      engineOf(undefined, spoolOf(ms * 1000), clock),
    )
    expect(starts[0]?.id).toEqual(starts[1]?.id)
    expect(starts[0]?.id.subarray(0, 5).toString('hex')).toBe('80007ed980')
    expect(starts[0]?.id).toHaveLength(17)
    expect((starts[1]?.boots ?? 0) - (starts[0]?.boots ?? 0)).toBe(2)
    const other = createHash('sha256').update('another').digest('hex').slice(0, 32)
    expect(engineOf(undefined, { ...spoolOf(1), id: other }, clock).id).not.toEqual(starts[0]?.id)
  })

  it('stays within what the protocol can say, whatever the spool counts', () => {
    for (const from of [1, Number.MAX_SAFE_INTEGER]) {
      const { boots } = engineOf(undefined, spoolOf(from), clock)
      expect(boots).toBeGreaterThanOrEqual(1)
      expect(boots).toBeLessThan(2 ** 31)
    }
    expect(engineOf('0x80007ed9800102', spoolOf(1), clock).id.toString('hex')).toBe('80007ed9800102')
  })
})
