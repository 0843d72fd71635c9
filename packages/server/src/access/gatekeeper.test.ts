import { describe, expect, it } from 'vitest'
import { accessRefusals } from './model.ts'
import type { LoginAttempt } from './model.ts'
import { digestOf, secretOperations } from './secrets.ts'
import { attemptOf, openTestAccess, operator, start } from './testing/folder.ts'
import type { TestAccess } from './testing/folder.ts'

const key = Buffer.alloc(32, 1).toString('base64')
const otherKey = Buffer.alloc(32, 2).toString('base64')

const judged = ({ access }: TestAccess, more: Partial<LoginAttempt> = {}): string => {
  const verdict = access.gatekeeper.judge(attemptOf(more))
  return verdict.ok ? `${verdict.by}${verdict.key === undefined ? '' : ' with key'}` : verdict.reason
}
const enter = ({ access }: TestAccess, more: Partial<LoginAttempt> = {}): void => {
  const attempt = attemptOf(more)
  const verdict = access.gatekeeper.judge(attempt)
  if (!verdict.ok) throw new Error(verdict.reason)
  access.gatekeeper.entered(attempt, verdict)
}
const tokenOf = ({ access }: TestAccess, id: string, network?: string): string =>
  access.admin.agents.add(operator, { id, ...(network === undefined ? {} : { network }) }).token ?? ''

describe('shared secrets', () => {
  it('let in who knows one of them', async () => {
    await using test = await openTestAccess({}, { secrets: ['one', 'two'] })
    for (const secret of ['one', 'two']) expect(judged(test, { secret })).toBe('secret')
    for (const secret of ['three', '', undefined, 'ONE']) expect(judged(test, { secret })).toBe('bad-secret')
    expect(judged(test, { secret: 'two', protocol: 'netstats', instance: 'a' })).toBe('secret')
    expect(test.access.gatekeeper.refused['bad-secret']).toBe(4)
  })

  it('are not needed where there are none', async () => {
    await using test = await openTestAccess({}, { secrets: [] })
    expect([judged(test), judged(test, { secret: undefined })]).toEqual(['open', 'open'])
  })

  it('are worth nothing where everybody needs a token', async () => {
    await using test = await openTestAccess({ requireTokens: true })
    expect([judged(test), judged(test, { secret: 'wrong' })]).toEqual(['token-required', 'bad-secret'])
    await using open = await openTestAccess({ requireTokens: true }, { secrets: [] })
    expect(judged(open)).toBe('token-required')
    expect(judged(open, { secret: tokenOf(open, 'node-1') })).toBe('token')
  })
})

describe('a token', () => {
  it('lets in its id alone, on its network alone, by either protocol', async () => {
    await using test = await openTestAccess()
    const token = tokenOf(test, 'node-1', '1337')
    const everywhere = tokenOf(test, 'node-2')
    expect(token).toMatch(/^nst_[\w-]{43}$/)
    for (const protocol of ['ethstats', 'netstats'] as const) {
      expect(judged(test, { protocol, secret: token })).toBe('token')
      expect(judged(test, { protocol, secret: token, networkId: '7' })).toBe('wrong-network')
      expect(judged(test, { protocol, secret: token, networkId: undefined })).toBe('wrong-network')
      expect(judged(test, { protocol, secret: token, id: 'node-2' })).toBe('wrong-id')
      expect(judged(test, { protocol, secret: token, id: 'stranger' })).toBe('wrong-id')
      expect(judged(test, { protocol, secret: everywhere, id: 'node-2', networkId: '7' })).toBe('token')
    }
  })

  it('is the only way in for its id', async () => {
    await using test = await openTestAccess()
    const token = tokenOf(test, 'node-1', '1337')
    expect(judged(test)).toBe('token-required')
    expect(judged(test, { secret: undefined })).toBe('token-required')
    expect(judged(test, { secret: 'nst_guess' })).toBe('bad-token')
    expect(judged(test, { secret: token.toLowerCase() })).toBe('bad-token')
    // On other networks the name is free.
    expect(judged(test, { networkId: '7' })).toBe('secret')
  })

  it('is worth nothing once it is rotated, revoked or banned, and its sessions are called for', async () => {
    await using test = await openTestAccess()
    const { agents } = test.access.admin
    const withdrawn: unknown[] = []
    const deafen = test.access.gatekeeper.onWithdrawn((...which) => withdrawn.push(which))
    const first = tokenOf(test, 'node-1')
    const second = agents.rotate(operator, { id: 'node-1' }).token ?? ''
    expect([judged(test, { secret: first }), judged(test, { secret: second })]).toEqual(['bad-token', 'token'])
    agents.ban(operator, { id: 'node-1' })
    expect(judged(test, { secret: second })).toBe('banned')
    agents.unban(operator, { id: 'node-1' })
    expect(judged(test, { secret: second })).toBe('token')
    agents.revoke(operator, { id: 'node-1' })
    for (const secret of [second, 'shared secret', undefined]) expect(judged(test, { secret })).toBe('revoked')
    expect(judged(test, { secret: agents.rotate(operator, { id: 'node-1' }).token })).toBe('token')
    agents.remove(operator, { id: 'node-1' })
    expect(judged(test)).toBe('secret')
    expect(withdrawn).toEqual(Array.from({ length: 5 }, () => ['node-1', undefined]))
    deafen()
    agents.ban(operator, { id: 'never seen', network: '1337' })
    expect(withdrawn).toHaveLength(5)
    expect(judged(test, { id: 'never seen' })).toBe('banned')
    expect(judged(test, { id: 'never seen', networkId: '7' })).toBe('secret')
  })

  it('outlives a restart, as does everything that was taken from one', async () => {
    await using test = await openTestAccess()
    const token = tokenOf(test, 'node-1')
    test.access.admin.agents.ban(operator, { id: 'bad' })
    await test.again()
    expect([judged(test, { secret: token }), judged(test, { id: 'bad' })]).toEqual(['token', 'banned'])
  })
})

describe('a key', () => {
  const agent = { protocol: 'netstats', secret: undefined, instance: 'spool' } as const

  it('must be proved by its id, whether shown or not', async () => {
    await using test = await openTestAccess()
    test.access.admin.agents.add(operator, { id: 'node-1', key })
    expect(test.access.gatekeeper.judge(attemptOf(agent))).toEqual({ ok: true, by: 'key', agent: 'node-1', key })
    expect(judged(test, { ...agent, key })).toBe('key with key')
    expect(judged(test, { ...agent, key: otherKey })).toBe('bad-key')
    expect(judged(test, { ...agent, key: 'nonsense' })).toBe('bad-key')
    expect(judged(test, { ...agent, key, secret: 'wrong' })).toBe('bad-token')
    expect(judged(test, { ...agent, key, id: 'stranger', secret: 'shared secret' })).toBe('wrong-id')
    // A native node has no way to prove it.
    expect(judged(test)).toBe('token-required')
  })

  it('is needed by an agent beside its token, and not by a native node', async () => {
    await using test = await openTestAccess()
    const { token = '' } = test.access.admin.agents.add(operator, { id: 'node-1', key, token: true })
    expect(judged(test, { ...agent, secret: token })).toBe('token with key')
    expect(judged(test, { secret: token })).toBe('token')
  })

  it('that nobody registered must be proved as well, and holds the name', async () => {
    await using test = await openTestAccess()
    const shown = { ...agent, secret: 'shared secret', key }
    expect(judged(test, shown)).toBe('secret with key')
    enter(test, shown)
    expect(judged(test, { ...shown, key: otherKey })).toBe('name-bound')
    expect(judged(test, { ...shown, instance: 'another spool', address: '192.0.2.7' })).toBe('secret with key')
  })

  it('whose proof fails counts as a failed login', async () => {
    await using test = await openTestAccess({ failures: 3 })
    test.access.admin.agents.add(operator, { id: 'node-1', key })
    const attempt = attemptOf({ ...agent, key })
    for (let i = 0; i < 3; i++) test.access.gatekeeper.proved(attempt, false)
    expect(judged(test, { ...agent, key })).toBe('locked-out')
    // Who fails in its name elsewhere does not lock it out.
    expect(judged(test, { ...agent, key, address: '192.0.2.7' })).toBe('key with key')
    expect(test.access.gatekeeper.refused['bad-proof']).toBe(3)
  })
})

describe('names of nodes', () => {
  it('belong to the address that came first, unless that is turned off', async () => {
    await using test = await openTestAccess({ bindFor: '1h' })
    enter(test)
    expect(judged(test, { address: '192.0.2.2' })).toBe('name-bound')
    expect(judged(test, { address: '192.0.2.2', networkId: '7' })).toBe('secret')
    test.access.gatekeeper.left({ node: 'node-1', networkId: '1337' }, start)
    expect(judged(test, { address: '192.0.2.2', at: start + 3_599_999 })).toBe('name-bound')
    expect(judged(test, { address: '192.0.2.2', at: start + 3_600_000 })).toBe('secret')
    await using off = await openTestAccess({ bindNames: false })
    enter(off)
    expect(judged(off, { address: '192.0.2.2' })).toBe('secret')
  })

  it('that are ids of other agents are not taken', async () => {
    await using test = await openTestAccess()
    const token = tokenOf(test, 'agent-a')
    tokenOf(test, 'agent-b')
    const watching = { protocol: 'netstats', id: 'agent-a', secret: token, instance: 'a' } as const
    expect(judged(test, { ...watching, node: 'some node' })).toBe('token')
    expect(judged(test, { ...watching, node: 'agent-b' })).toBe('wrong-id')
    expect(judged(test, { protocol: 'netstats', id: 'x', node: 'agent-b', instance: 'x' })).toBe('wrong-id')
    enter(test, { ...watching, node: 'some node' })
    expect(judged(test, { id: 'some node', address: '192.0.2.1' })).toBe('name-bound')
  })
})

describe('who fails too often', () => {
  it('is locked out by address, with a time to come back', async () => {
    await using test = await openTestAccess({ failures: 9 })
    for (let i = 0; i < 9; i++) expect(judged(test, { id: `guess-${i}`, secret: `guess ${i}` })).toBe('bad-secret')
    const verdict = test.access.gatekeeper.judge(attemptOf({ id: 'another' }))
    expect(verdict).toEqual({ ok: false, reason: 'locked-out', retryMs: 30_000 })
    expect(judged(test, { id: 'another', at: start + 30_000 })).toBe('secret')
    expect(judged(test, { id: 'another', address: '192.0.2.2' })).toBe('secret')
  })

  it('is locked out by id from many addresses', async () => {
    await using test = await openTestAccess({ failures: 9 })
    for (let i = 0; i < 3; i++) judged(test, { secret: 'guess', address: `192.0.2.${i + 10}` })
    expect(judged(test, { address: '192.0.2.99' })).toBe('locked-out')
    expect(judged(test, { address: '192.0.2.99', id: 'another' })).toBe('secret')
  })

  it('does not lock out a neighbour that was good, nor who has a token', async () => {
    await using test = await openTestAccess({ failures: 9 })
    const token = tokenOf(test, 'with token')
    enter(test, { id: 'good' })
    for (let i = 0; i < 20; i++) judged(test, { id: `bad-${i}`, secret: 'wrong' })
    expect(judged(test, { id: 'new' })).toBe('locked-out')
    expect(judged(test, { id: 'good' })).toBe('secret')
    expect(judged(test, { id: 'with token', secret: token })).toBe('token')
    // Nor is a good neighbour's name a way to go on guessing.
    for (let i = 0; i < 3; i++) judged(test, { id: 'good', secret: 'wrong' })
    expect(judged(test, { id: 'good' })).toBe('locked-out')
  })

  it('is not who only came to the wrong place with a right secret', async () => {
    await using test = await openTestAccess({ failures: 3 })
    const token = tokenOf(test, 'node-1', '1337')
    for (let i = 0; i < 20; i++) {
      expect(judged(test)).toBe('token-required')
      expect(judged(test, { secret: token, networkId: '7' })).toBe('wrong-network')
    }
  })
})

describe('every login', () => {
  it('costs the same work, whatever is given', async () => {
    const done = { digests: 0, comparisons: 0 }
    const operations = {
      digest(secret: string) {
        done.digests++
        return secretOperations.digest(secret)
      },
      equal(a: Buffer, b: Buffer) {
        done.comparisons++
        expect([a.length, b.length]).toEqual([32, 32])
        return secretOperations.equal(a, b)
      },
    }
    await using test = await openTestAccess({ failures: 2 }, { secrets: ['one', 'two', 'three'], operations })
    const token = tokenOf(test, 'node-1')
    test.access.admin.agents.add(operator, { id: 'node-2', key })
    test.access.admin.agents.ban(operator, { id: 'banned' })
    tokenOf(test, 'revoked')
    test.access.admin.agents.revoke(operator, { id: 'revoked' })
    const ids = ['node-1', 'node-2', 'banned', 'revoked', 'unknown', 'unknown', 'unknown']
    const secrets = [token, 'one', 'three', 'wrong', '', undefined, 'nst_wrong', 'x'.repeat(1000)]
    const seen = new Set<string>()
    for (const id of ids) {
      for (const secret of secrets) {
        Object.assign(done, { digests: 0, comparisons: 0 })
        seen.add(judged(test, { id, secret }))
        expect([id, secret, done]).toEqual([id, secret, { digests: 1, comparisons: 4 }])
      }
    }
    expect([...seen].toSorted()).toEqual(
      ['bad-token', 'banned', 'locked-out', 'revoked', 'secret', 'token', 'token-required', 'wrong-id'].filter((one) =>
        seen.has(one),
      ),
    )
    expect(seen.size).toBeGreaterThan(4)
  })

  it('that is refused is counted by its reason, and every reason has a count', async () => {
    await using test = await openTestAccess()
    const { refused } = test.access.gatekeeper
    expect(Object.keys(refused)).toEqual([...accessRefusals])
    judged(test, { secret: 'wrong' })
    expect(Object.values(refused).reduce((sum, one) => sum + one, 0)).toBe(1)
  })

  it('is one of thousands a second', async () => {
    await using test = await openTestAccess()
    const token = tokenOf(test, 'node-1')
    expect(digestOf(token)).toHaveLength(32)
    const from = performance.now()
    for (let i = 0; i < 5000; i++) judged(test, { secret: token })
    // Some 10 µs each; the bound is that of a busy machine.
    expect(performance.now() - from).toBeLessThan(5000)
  })
})
