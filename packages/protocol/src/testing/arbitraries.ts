/** Arbitrary observations of every kind for property tests; they reach every optional field and the bounds of each. */
import * as fc from 'fast-check'
import { nodeId, unixMs } from '../units.ts'
import { alarmReasons, alarmSteps } from '../kinds/alarm.ts'
import { shedClasses } from '../shed.ts'
import type { Bodies, Kind, Observation } from '../mod.ts'

/** All fields but the named ones may be absent, never `undefined`. */
const record = <T>(
  fields: { [K in keyof T]-?: fc.Arbitrary<NonNullable<T[K]>> },
  requiredKeys: (keyof T)[],
): fc.Arbitrary<T> => fc.record(fields, { requiredKeys }) as fc.Arbitrary<T>

const text = (max: number): fc.Arbitrary<string> => fc.string({ maxLength: Math.min(max, 40), unit: 'grapheme' })
const hex = (bytes: number): fc.Arbitrary<string> =>
  fc.uint8Array({ minLength: bytes, maxLength: bytes }).map((a) => `0x${Buffer.from(a).toString('hex')}`)
const brand = <T>(of: fc.Arbitrary<unknown>): fc.Arbitrary<T> => of as fc.Arbitrary<T>

export const arbitraryHash = (): fc.Arbitrary<Bodies['block']['hash']> => brand(hex(32))
export const arbitraryCount = (): fc.Arbitrary<number> => fc.oneof(fc.nat(1000), fc.maxSafeNat())
export const arbitraryBig = (): fc.Arbitrary<bigint> => fc.bigInt({ min: 0n, max: 2n ** 256n - 1n })
/** Finite, and not -0, which JSON does not keep. */
const number = (): fc.Arbitrary<number> =>
  fc.oneof(fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true })).map((n) => n + 0)
const amount = (): fc.Arbitrary<number> => number().map(Math.abs)

const count = arbitraryCount
const hash = arbitraryHash
const big = arbitraryBig

export const arbitraryBlock = (): fc.Arbitrary<Bodies['block']> =>
  record<Bodies['block']>(
    {
      number: brand(count()),
      hash: hash(),
      parentHash: hash(),
      timestamp: brand(fc.nat(2 ** 31)),
      miner: brand(hex(20)),
      gasUsed: count(),
      gasLimit: count(),
      difficulty: big(),
      totalDifficulty: big(),
      transactions: fc.nat(50),
      transactionHashes: fc.array(hash(), { maxLength: 5 }),
      uncles: fc.nat(2),
      transactionsRoot: hash(),
      stateRoot: hash(),
      sha3Uncles: hash(),
      extraData: fc.nat(130).chain(hex),
      nonce: hex(8),
      mixHash: hash(),
      baseFeePerGas: brand(big()),
      size: count(),
      historical: fc.boolean(),
      polled: fc.boolean(),
    },
    ['number', 'hash', 'parentHash', 'timestamp'],
  )

export const arbitraryNodeInfo = (): fc.Arbitrary<Bodies['node-info']> =>
  record<Bodies['node-info']>(
    {
      name: text(200),
      client: text(300),
      networkId: fc.maxSafeNat().map(String),
      genesis: hash(),
      port: fc.nat(65_535),
      protocol: text(300),
      api: text(100),
      os: text(100),
      osVersion: text(100),
      reporter: text(100),
      contact: text(300),
      coinbase: brand(hex(20)),
      canUpdateHistory: fc.boolean(),
    },
    ['name'],
  )

export const arbitraryNodeStats = (): fc.Arbitrary<Bodies['node-stats']> =>
  record<Bodies['node-stats']>(
    {
      active: fc.boolean(),
      syncing: fc.boolean(),
      mining: fc.boolean(),
      hashrate: amount(),
      peers: count(),
      gasPrice: brand(big()),
      uptime: fc.double({ min: 0, max: 100, noNaN: true }).map((n) => n + 0),
    },
    ['active'],
  )

const ref = (): fc.Arbitrary<Bodies['head-event']['added'][number]> =>
  record<Bodies['head-event']['added'][number]>({ number: brand(count()), hash: hash() }, ['number', 'hash'])

/** As a reader makes it: fast-check's dictionaries have no prototype. */
const plain = <T>(value: Record<string, T>): Record<string, T> => Object.fromEntries(Object.entries(value))

const notifiedAlarm = () =>
  record<NonNullable<Bodies['alarm']['others']>[number]>(
    {
      alarm: text(300),
      step: fc.constantFrom(...alarmSteps),
      type: text(100),
      severity: fc.nat(7),
      message: text(2000),
      network: text(200),
      node: text(200),
    },
    ['alarm', 'step', 'type', 'severity', 'message'],
  )

const quantity = (): fc.Arbitrary<string> => big().map((value) => `0x${value.toString(16)}`)
const bytes = (max: number): fc.Arbitrary<string> => fc.nat(max).chain(hex)

export const arbitraryHeader = (): fc.Arbitrary<Bodies['header']> =>
  record<Bodies['header']>(
    {
      number: brand(count()),
      hash: hash(),
      parentHash: hash(),
      timestamp: brand(fc.nat(2 ** 31)),
      miner: brand(hex(20)),
      stateRoot: hash(),
      difficulty: quantity(),
      gasLimit: quantity(),
      gasUsed: quantity(),
      extraData: bytes(200),
      sha3Uncles: hash(),
      transactionsRoot: hash(),
      receiptsRoot: hash(),
      logsBloom: hex(256),
      mixHash: hash(),
      nonce: hex(8),
      sealFields: fc.array(bytes(70), { maxLength: 3 }),
      step: quantity(),
      signature: hex(65),
      baseFeePerGas: quantity(),
      withdrawalsRoot: hash(),
      blobGasUsed: quantity(),
      excessBlobGas: quantity(),
      parentBeaconBlockRoot: hash(),
      requestsHash: hash(),
      blockAccessListHash: hash(),
      slotNumber: quantity(),
    },
    [
      'number',
      'hash',
      'parentHash',
      'timestamp',
      'miner',
      'stateRoot',
      'difficulty',
      'gasLimit',
      'gasUsed',
      'extraData',
    ],
  )

const bodies: { readonly [K in Kind]: () => fc.Arbitrary<Bodies[K]> } = {
  'node-info': arbitraryNodeInfo,
  'node-stats': arbitraryNodeStats,
  pending: () => record<Bodies['pending']>({ pending: count() }, ['pending']),
  latency: () => record<Bodies['latency']>({ latencyMs: number() }, ['latencyMs']),
  block: arbitraryBlock,
  'block-processing': () =>
    record<Bodies['block-processing']>({ number: brand(count()), hash: hash(), processingMs: number() }, [
      'number',
      'hash',
      'processingMs',
    ]),
  'head-event': () =>
    record<Bodies['head-event']>({ type: text(50), added: fc.array(ref()), removed: fc.array(ref()) }, [
      'type',
      'added',
      'removed',
    ]),
  host: () =>
    record<Bodies['host']>(
      {
        hostname: text(255),
        cpus: count(),
        cpuShare: number(),
        load1: number(),
        load5: number(),
        load15: number(),
        memoryBytes: count(),
        memoryAvailableBytes: count(),
        swapBytes: count(),
        swapFreeBytes: count(),
        diskPath: text(1000),
        diskBytes: count(),
        diskFreeBytes: count(),
        diskReadRate: number(),
        diskWriteRate: number(),
        networkReceiveRate: number(),
        networkSendRate: number(),
        uptimeSeconds: number(),
        processCpuShare: number(),
        processMemoryBytes: count(),
        processUptimeSeconds: number(),
        processOpenFiles: count(),
        processOpenFilesLimit: count(),
      },
      [],
    ),
  gap: () =>
    record<Bodies['gap']>(
      {
        reason: fc.constantFrom('size', 'age', 'disk-full', 'corrupt', 'overload'),
        class: fc.constantFrom(...shedClasses),
        dropped: count(),
        from: brand(number()),
        to: brand(number()),
      },
      ['reason', 'class', 'dropped', 'from', 'to'],
    ),
  metric: () =>
    record<Bodies['metric']>(
      { name: text(200), value: number(), labels: fc.dictionary(text(50), text(100), { maxKeys: 10 }).map(plain) },
      ['name', 'value'],
    ),
  log: () =>
    record<Bodies['log']>(
      {
        severity: fc.nat(7),
        source: text(100),
        message: text(8192),
        component: text(100),
        fields: fc.dictionary(text(100), text(1024), { maxKeys: 32 }).map(plain),
      },
      ['severity', 'source', 'message'],
    ),
  alarm: () =>
    record<Bodies['alarm']>(
      {
        alarm: text(300),
        step: fc.constantFrom(...alarmSteps),
        type: text(100),
        severity: fc.nat(7),
        message: text(2000),
        number: count(),
        labels: fc.dictionary(text(100), text(300), { maxKeys: 32 }).map(plain),
        startsAt: count(),
        endsAt: count(),
        advice: text(2000),
        runbook: text(1000),
        by: text(200),
        comment: text(2000),
        parent: text(300),
        about: fc.constantFrom('network', 'server'),
        url: text(2000),
        reason: fc.constantFrom(...alarmReasons),
        receiver: text(100),
        others: fc.array(notifiedAlarm(), { maxLength: 20 }),
        total: count(),
      },
      ['alarm', 'step', 'type', 'severity', 'message'],
    ),
  header: arbitraryHeader,
}

/** A body of one kind. */
export const arbitraryBody = <K extends Kind>(kind: K): fc.Arbitrary<Bodies[K]> => bodies[kind]()

/** An observation of one kind, or of any. */
export const arbitraryObservation = (kind?: Kind): fc.Arbitrary<Observation> => {
  const one = kind === undefined ? fc.constantFrom(...(Object.keys(bodies) as Kind[])) : fc.constant(kind)
  return one.chain((kind) =>
    fc.record({
      kind: fc.constant(kind),
      node: text(200).map(nodeId),
      observedAt: fc.nat(2 ** 42).map(unixMs),
      body: bodies[kind](),
    }),
  ) as unknown as fc.Arbitrary<Observation>
}
