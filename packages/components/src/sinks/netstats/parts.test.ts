/** The small parts of the sink, each by itself. */
import { generateKeyPairSync, verify } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inflateRawSync } from 'node:zlib'
import { kinds, nodeId, unixMs } from '@netstats/protocol'
import type { Observation } from '@netstats/protocol'
import {
  configFor,
  createFakeClock,
  createTestContext,
  exampleBlockObservation,
  exampleObservations,
} from '@netstats/sdk/testing'
import { afterAll, describe, expect, it } from 'vitest'
import { packed } from './compress.ts'
import { netstatsConfig } from './config.ts'
import { agentEndpoint, tryAgentUrl } from './endpoint.ts'
import { createNodeInfoGate } from './node-info-gate.ts'
import { readKey } from './key.ts'
import { toItem } from './lines.ts'
import { createCurrentState } from './current-state.ts'
import { createPatience, meaningOf } from './refusals.ts'

const folder = mkdtempSync(join(tmpdir(), 'netstats-sink-'))
afterAll(() => rmSync(folder, { recursive: true }))
const node = nodeId('alpha')
const config = configFor({ config: netstatsConfig }, { node: 'alpha', endpoint: 'ws://h' })

describe('the address of a Netstats server', () => {
  it.each([
    ['ws://127.0.0.1:3000', 'ws://127.0.0.1:3000/agent'],
    ['wss://stats.example.org/agent/', 'wss://stats.example.org/agent'],
    ['https://stats.example.org/net', 'wss://stats.example.org/net/agent'],
    ['stats.example.org:3000', 'wss://stats.example.org:3000/agent'],
    ['ftp://x', undefined],
    ['a b', undefined],
  ])('%s leads to %s', (text, url) => expect(tryAgentUrl(text)).toBe(url))

  it('with credentials is answered with where they belong, and never shown', () => {
    const issues = JSON.stringify(agentEndpoint().safeParse('ws://alpha:s3cret@stats.example.org').error?.issues)
    expect(issues).toContain('write the name as `agent`')
    expect(issues).not.toContain('s3cret')
  })
})

describe('the key of an agent', () => {
  const pem = (type: 'ed25519' | 'x25519'): string => {
    const pair = type === 'ed25519' ? generateKeyPairSync('ed25519') : generateKeyPairSync('x25519')
    const file = join(folder, `${type}.pem`)
    writeFileSync(file, pair.privateKey.export({ type: 'pkcs8', format: 'pem' }))
    return file
  }

  it('signs what its public key verifies', async () => {
    const key = await readKey(pem('ed25519'))
    const raw = Buffer.from(key.publicKey, 'base64')
    expect(raw).toHaveLength(32)
    const prefix = Buffer.from('302a300506032b6570032100', 'hex')
    const publicKey = { key: Buffer.concat([prefix, raw]), format: 'der', type: 'spki' } as const
    expect(verify(null, Buffer.from('ö'), publicKey, Buffer.from(key.sign('ö'), 'base64'))).toBe(true)
  })

  it('is named, not shown, where it cannot be used', async () => {
    const file = join(folder, 'no-key.pem')
    writeFileSync(file, 's3cret')
    const wrong = { code: 'NETSTATS_KEY_UNREADABLE', message: expect.not.stringContaining('s3cret') }
    await expect(readKey(file)).rejects.toMatchObject(wrong)
    await expect(readKey(pem('x25519'))).rejects.toThrow('openssl genpkey -algorithm ed25519')
    await expect(readKey(join(folder, 'none'))).rejects.toThrow('no such file')
  })
})

describe('a line', () => {
  it('carries any observation as its kind reads it', () => {
    for (const [i, observation] of exampleObservations(node).entries()) {
      const { sequence, kind, observedAt, body } = toItem({ sequence: i + 1, observation })
      expect([sequence, kind, observedAt]).toEqual([i + 1, observation.kind, observation.observedAt])
      expect(kinds[observation.kind].read(JSON.parse(body as string), '')).toEqual(observation.body)
    }
  })

  it('that no frame could hold is told as a gap in its place', () => {
    const block = exampleBlockObservation(1)
    const huge = { ...block, body: { ...block.body, extraData: 'x'.repeat(9 * 1024 * 1024) } } as Observation
    const item = toItem({ sequence: 5, observation: huge })
    expect(item).toMatchObject({ sequence: 5, kind: 'gap' })
    expect(kinds.gap.read(JSON.parse(item.body as string), '')).toMatchObject({
      reason: 'size',
      class: 'block',
      dropped: 1,
    })
  })
})

describe('the current state', () => {
  const at = 1_000_000
  const info: Observation = { kind: 'node-info', node, observedAt: unixMs(1), body: { name: 'alpha' } }
  const pending = (n: number, observedAt = at): Observation => ({
    kind: 'pending',
    node,
    observedAt: unixMs(observedAt),
    body: { pending: n },
  })

  it('is told once, and again where it changed', () => {
    const currentState = createCurrentState()
    const latest = [info, pending(1)]
    expect(currentState.news(latest, at).map((one) => one.kind)).toEqual(['node-info', 'pending'])
    expect(currentState.news(latest, at)).toEqual([])
    expect(currentState.news([info, pending(2)], at).map((one) => one.body)).toEqual(['{"pending":2}'])
  })

  it('is no old measurement, and nothing but state', () => {
    const currentState = createCurrentState()
    const log: Observation = {
      kind: 'log',
      node,
      observedAt: unixMs(at),
      body: { severity: 6, message: 'x' },
    } as Observation
    expect(currentState.news([pending(1, at - 61_000), log], at)).toEqual([])
  })
})

describe('a refusal', () => {
  it('says what to do, and whether waiting helps', () => {
    expect(meaningOf('bad-token')).toMatchObject({
      patience: 'lasting',
      text: expect.stringContaining('check `token`'),
    })
    expect(meaningOf('cloned')).toMatchObject({
      patience: 'taken',
      text: expect.stringContaining('stop one of the two'),
    })
    expect(meaningOf('busy')).toMatchObject({ patience: undefined })
    expect(meaningOf('toString')).toMatchObject({ patience: undefined, text: expect.stringContaining('does not know') })
  })

  it('that lasts is waited out a minute, then longer, and not without end', () => {
    const patience = createPatience()
    expect(Array.from({ length: 6 }, () => patience.next('lasting') / 60_000)).toEqual([1, 2, 4, 8, 15, 15])
    patience.reset()
    expect(Array.from({ length: 8 }, () => patience.next('taken') / 1000)).toEqual([5, 10, 20, 30, 30, 30, 30, 30])
  })
})

describe('a compressed frame', () => {
  it('is what it was when inflated, and plain where that is shorter', () => {
    const text = 'pending 1 2 {"pending":3}\n'.repeat(500)
    expect(inflateRawSync(packed(text) as Buffer).toString()).toBe(text)
    expect(packed('x')).toBe('x')
  })
})

describe('the nodeInfoGate of a node', () => {
  const signal = new AbortController().signal
  it('waits for its network, not for ever, and once', async () => {
    const clock = createFakeClock()
    const nodeInfoGate = createNodeInfoGate(config, createTestContext({ clock }))
    let done = false
    void nodeInfoGate.done({ signal }).then(() => (done = true))
    await clock.advance(19_000)
    expect(done).toBe(false)
    await clock.advance(1100)
    expect(done).toBe(true)
    expect(await nodeInfoGate.done({ signal })).toBe(true)
  })

  it('does not wait for the network of what nobody watches', async () => {
    const nodeInfoGate = createNodeInfoGate(config, createTestContext({ clock: createFakeClock(), isWatched: false }))
    expect(await nodeInfoGate.done({ signal })).toBe(true)
    expect(nodeInfoGate.info()).toEqual({ name: node })
  })

  it('takes what a backlog says of the node until the node speaks itself, and adds the contact', async () => {
    const clock = createFakeClock()
    const body = { name: 'alpha', networkId: '7' }
    const nodeInfoGate = createNodeInfoGate({ ...config, contact: 'me' }, createTestContext({ clock }))
    nodeInfoGate.take({ kind: 'node-info', node, observedAt: unixMs(1), body })
    expect(await nodeInfoGate.done({ signal })).toBe(true)
    expect(nodeInfoGate.info()).toEqual({ ...body, contact: 'me' })
    const spoken = createNodeInfoGate(config, createTestContext({ clock, info: { ...body, networkId: '8' } }))
    spoken.take({ kind: 'node-info', node, observedAt: unixMs(1), body })
    expect(spoken.info().networkId).toBe('8')
  })
})
