import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Block } from '../kinds/mod.ts'
import { arbitraryBlock, arbitraryNodeInfo, arbitraryNodeStats } from '../testing/arbitraries.ts'
import { dialectOf, plainDialect } from './dialect.ts'
import type { AgentMessage } from './messages.ts'
import { parseAgentMessage } from './read-agent.ts'
import { zeroHash } from '../loose/read-block.ts'
import { clean } from '../loose/values.ts'
import {
  goTime,
  writeBlock,
  writeHello,
  writeHistory,
  writeLatency,
  writeNodePing,
  writePending,
  writeStats,
} from './write-agent.ts'

const read = (frame: string): AgentMessage => parseAgentMessage(frame, plainDialect)

const block: Block = {
  number: 24_136_001 as Block['number'],
  hash: `0x${'7a'.repeat(32)}` as Block['hash'],
  parentHash: `0x${'15'.repeat(32)}` as Block['hash'],
  timestamp: 1_767_225_612 as Block['timestamp'],
  miner: `0x${'b8'.repeat(20)}` as NonNullable<Block['miner']>,
  gasUsed: 17_301_281,
  gasLimit: 60_000_000,
  difficulty: 2n,
  transactions: 2,
  transactionHashes: [`0x${'e6'.repeat(32)}` as Block['hash']],
  uncles: 1,
}

/** What another server sees of a block: transaction hashes are counted, what is not known is 0, a miner of zeros is nobody. */
const asRead = (written: Block): unknown => ({
  number: written.number,
  hash: written.hash,
  parentHash: written.parentHash,
  timestamp: written.timestamp,
  ...(written.miner === undefined ? {} : { miner: written.miner }),
  gasUsed: written.gasUsed ?? 0,
  gasLimit: written.gasLimit ?? 0,
  difficulty: written.difficulty ?? 0n,
  transactions: written.transactions ?? 0,
  uncles: written.uncles ?? 0,
  totalDifficulty: written.totalDifficulty ?? 0n,
  transactionsRoot: written.transactionsRoot ?? zeroHash,
  stateRoot: written.stateRoot ?? zeroHash,
})

describe('frames have the fields, types and order of geth', () => {
  it('hello', () => {
    const frame = writeHello('alpha', 's3cret', {
      name: 'alpha',
      client: 'Geth/v1.13.15-stable/linux-amd64/go1.21.6',
      networkId: '1337',
      port: 30303,
      protocol: 'eth/68, snap/1',
      os: 'linux',
      osVersion: 'x64',
    })
    expect(frame).toBe(
      '{"emit":["hello",{"id":"alpha","info":{"name":"alpha","node":"Geth/v1.13.15-stable/linux-amd64/go1.21.6",' +
        '"port":30303,"net":"1337","protocol":"eth/68, snap/1","api":"netstats","os":"linux","os_v":"x64",' +
        '"client":"0.1.1","canUpdateHistory":true},"secret":"s3cret"}]}',
    )
  })

  it('node-ping, latency, pending', () => {
    expect(writeNodePing('a', 'T')).toBe('{"emit":["node-ping",{"clientTime":"T","id":"a"}]}')
    expect(writeLatency('a', 7.9)).toBe('{"emit":["latency",{"id":"a","latency":"7"}]}')
    expect(writeLatency('a', -1)).toBe('{"emit":["latency",{"id":"a","latency":"0"}]}')
    expect(writePending('a', 3)).toBe('{"emit":["pending",{"id":"a","stats":{"pending":3}}]}')
  })

  it('stats, with a gas price of all its digits', () => {
    expect(writeStats('a', { active: true })).toBe(
      '{"emit":["stats",{"id":"a","stats":{"active":true,"syncing":false,"gasPrice":0,"uptime":100}}]}',
    )
    const full = { active: false, syncing: true, mining: true, hashrate: 1.5, peers: 9, uptime: 98.7 }
    expect(writeStats('a', { ...full, gasPrice: 9223372036854775807n as never })).toBe(
      '{"emit":["stats",{"id":"a","stats":{"active":false,"syncing":true,"mining":true,"hashrate":1,"peers":9,' +
        '"gasPrice":9223372036854775807,"uptime":99}}]}',
    )
  })

  it('block, with an entry for every transaction and uncle', () => {
    const payload = JSON.parse(writeBlock('a', block)) as { emit: [string, { block: object; id: string }] }
    expect(Object.keys(payload.emit[1])).toEqual(['block', 'id'])
    expect(payload.emit[1].block).toEqual({
      number: 24_136_001,
      hash: block.hash,
      parentHash: block.parentHash,
      timestamp: 1_767_225_612,
      miner: block.miner,
      gasUsed: 17_301_281,
      gasLimit: 60_000_000,
      difficulty: '2',
      totalDifficulty: '0',
      transactions: [{ hash: block.transactionHashes?.[0] }, { hash: zeroHash }],
      transactionsRoot: zeroHash,
      stateRoot: zeroHash,
      uncles: [{}],
    })
    expect(Object.keys(payload.emit[1].block)[0]).toBe('number')
  })

  it('history, descending, the newest fifty', () => {
    const blocks = Array.from({ length: 60 }, (_, i) => ({ ...block, number: i as Block['number'] }))
    const frame = writeHistory('a', blocks)
    const payload = JSON.parse(frame) as { emit: [string, { history: { number: number }[]; id: string }] }
    expect(payload.emit[1].history.map((b) => b.number)).toEqual(Array.from({ length: 50 }, (_, i) => 59 - i))
    expect(JSON.parse(writeHistory('a', []))).toEqual({ emit: ['history', { history: [], id: 'a' }] })
  })

  it('markup in names is escaped as Go escapes it', () => {
    const frame = writeHello('<a&b>', 's&', { name: '</script>\u2028' })
    expect(frame).not.toMatch(/[<>&\u2028]/)
    expect(JSON.parse(frame)).toMatchObject({
      emit: ['hello', { id: '<a&b>', info: { name: '</script>\u2028' }, secret: 's&' }],
    })
  })
})

describe('what is written is read back', () => {
  it('blocks', () => {
    fc.assert(
      fc.property(arbitraryBlock(), (block) => {
        expect(read(writeBlock('a', block))).toEqual({
          type: 'report',
          id: 'a',
          reports: [{ kind: 'block', body: asRead(block) }],
        })
      }),
    )
  })

  it('histories', () => {
    fc.assert(
      fc.property(fc.array(arbitraryBlock(), { maxLength: 10 }), (blocks) => {
        const message = read(writeHistory('a', blocks))
        const sorted = [...blocks].sort((a, b) => b.number - a.number)
        const wanted = sorted.map((b) => ({ ...(asRead(b) as object), historical: true }))
        expect(message.type === 'history' && message.blocks.map((b) => b.number)).toEqual(
          sorted.map((b) => b.number).toReversed(),
        )
        expect(message.type === 'history' && message.blocks).toEqual(expect.arrayContaining(wanted))
      }),
    )
  })

  it('stats, to whole hashes and percents', () => {
    fc.assert(
      fc.property(arbitraryNodeStats(), (stats) => {
        const message = read(writeStats('a', stats))
        const body = message.type === 'report' ? message.reports[0]?.body : undefined
        const { hashrate } = stats
        expect(body).toMatchObject({
          active: stats.active,
          syncing: stats.syncing ?? false,
          ...(stats.peers === undefined ? {} : { peers: stats.peers }),
          gasPrice: stats.gasPrice ?? 0n,
          ...(stats.mining === undefined ? {} : { mining: stats.mining }),
          ...(hashrate === undefined ? {} : { hashrate: Math.trunc(hashrate) }),
          uptime: Math.round(stats.uptime ?? 100),
        })
      }),
    )
  })

  it('logins, with texts cleaned', () => {
    fc.assert(
      fc.property(arbitraryNodeInfo(), fc.string({ maxLength: 50 }), (info, secret) => {
        const message = read(writeHello('my id', secret, info))
        expect(message).toMatchObject({ type: 'hello', id: 'my id', secret })
        const name = clean(info.name, 200)
        expect(message.type === 'hello' && message.info).toMatchObject({
          name: name === '' ? 'my id' : name,
          port: info.port ?? 0,
          networkId: info.networkId ?? '0',
          canUpdateHistory: info.canUpdateHistory ?? true,
        })
      }),
    )
  })

  it('and never taken for the report of a client that inverts syncing', () => {
    const hello = read(writeHello('a', 's', { name: 'a', client: 'besu/v25.11.0/linux-x86_64/openjdk-java-21' }))
    expect(hello.type === 'hello' && dialectOf(hello.info.client, hello.info).syncing).toBe('plain')
  })
})

describe('goTime', () => {
  it('prints time as Go does', () => {
    const at = Date.UTC(2026, 7, 20, 10, 58, 14, 123)
    expect(goTime(at, 12_345.678901)).toBe('2026-08-20 10:58:14.123 +0000 UTC m=+12.345678901')
    expect(goTime(at + 0.5, 0)).toBe('2026-08-20 10:58:14.1235 +0000 UTC m=+0.000000000')
    expect(goTime(at - 123, 999.5)).toBe('2026-08-20 10:58:14 +0000 UTC m=+0.999500000')
  })

  it('always has the form Go reads', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 4e12, noNaN: true }),
        fc.double({ min: 0, max: 1e12, noNaN: true }),
        (at, m) => {
          expect(goTime(at, m)).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d{0,8}[1-9])? \+0000 UTC m=\+\d+\.\d{9}$/)
        },
      ),
    )
  })
})
