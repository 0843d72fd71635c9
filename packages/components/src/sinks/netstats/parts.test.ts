/** The small parts of the sink, each by itself. */
import { generateKeyPairSync, verify } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inflateRawSync } from 'node:zlib'
import { kinds, nodeId, unixMs } from '@netstats/protocol'
import type { Observation } from '@netstats/protocol'
import { createFakeClock, createTestContext, exampleBlockObservation, exampleObservations } from '@netstats/sdk/testing'
import { afterAll, describe, expect, it } from 'vitest'
import { packed } from './compress.ts'
import { netstatsConfig } from './config.ts'
import { agentEndpoint, tryAgentUrl } from './endpoint.ts'
import { createIntroduction } from './introduction.ts'
import { readKey } from './key.ts'
import { toItem } from './lines.ts'
import { createPresent } from './present.ts'
import { createPatience, meaningOf } from './refusals.ts'

const folder = mkdtempSync(join(tmpdir(), 'netstats-sink-'))
afterAll(() => rmSync(folder, { recursive: true }))
const node = nodeId('alpha')
const config = netstatsConfig.parse({ node: 'alpha', endpoint: 'ws://h' })

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

  it('is named, not shown, where it can not be used', async () => {
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

describe('the present', () => {
  const at = 1_000_000
  const info: Observation = { kind: 'node-info', node, observedAt: unixMs(1), body: { name: 'alpha' } }
  const pending = (n: number, observedAt = at): Observation => ({
    kind: 'pending',
    node,
    observedAt: unixMs(observedAt),
    body: { pending: n },
  })

  it('is told once, and again where it changed', () => {
    const present = createPresent()
    const latest = [info, pending(1)]
    expect(present.news(latest, at).map((one) => one.kind)).toEqual(['node-info', 'pending'])
    expect(present.news(latest, at)).toEqual([])
    expect(present.news([info, pending(2)], at).map((one) => one.body)).toEqual(['{"pending":2}'])
  })

  it('is no old measurement, and nothing but state', () => {
    const present = createPresent()
    const log: Observation = {
      kind: 'log',
      node,
      observedAt: unixMs(at),
      body: { severity: 6, message: 'x' },
    } as Observation
    expect(present.news([pending(1, at - 61_000), log], at)).toEqual([])
  })
})

describe('a refusal', () => {
  it('says what to do, and whether waiting helps', () => {
    expect(meaningOf('bad-token')).toMatchObject({ lasting: true, text: expect.stringContaining('check `token`') })
    expect(meaningOf('busy')).toMatchObject({ lasting: false })
    expect(meaningOf('toString')).toMatchObject({ lasting: false, text: expect.stringContaining('does not know') })
  })

  it('that lasts is waited out a minute, then longer, and not without end', () => {
    const patience = createPatience()
    expect(Array.from({ length: 6 }, () => patience.next() / 60_000)).toEqual([1, 2, 4, 8, 15, 15])
    patience.reset()
    expect(patience.next()).toBe(60_000)
  })
})

describe('a compressed frame', () => {
  it('is what it was when inflated, and plain where that is shorter', () => {
    const text = 'pending 1 2 {"pending":3}\n'.repeat(500)
    expect(inflateRawSync(packed(text) as Buffer).toString()).toBe(text)
    expect(packed('x')).toBe('x')
  })
})

describe('the introduction of a node', () => {
  const signal = new AbortController().signal
  it('waits for its network, not for ever, and once', async () => {
    const clock = createFakeClock()
    const introduction = createIntroduction(config, createTestContext({ clock }))
    let done = false
    void introduction.done({ signal }).then(() => (done = true))
    await clock.advance(19_000)
    expect(done).toBe(false)
    await clock.advance(1100)
    expect(done).toBe(true)
    expect(await introduction.done({ signal })).toBe(true)
  })

  it('takes what a backlog says of the node until the node speaks itself, and adds the contact', async () => {
    const clock = createFakeClock()
    const body = { name: 'alpha', networkId: '7' }
    const introduction = createIntroduction({ ...config, contact: 'me' }, createTestContext({ clock }))
    introduction.take({ kind: 'node-info', node, observedAt: unixMs(1), body })
    expect(await introduction.done({ signal })).toBe(true)
    expect(introduction.info()).toEqual({ ...body, contact: 'me' })
    const spoken = createIntroduction(config, createTestContext({ clock, info: { ...body, networkId: '8' } }))
    spoken.take({ kind: 'node-info', node, observedAt: unixMs(1), body })
    expect(spoken.info().networkId).toBe('8')
  })
})
