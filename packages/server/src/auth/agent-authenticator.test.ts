import { describe, expect, it } from 'vitest'
import { authRefusals } from '../bus/refusals.ts'
import type { LoginAttempt } from './model.ts'
import { digestOf, secretOperations } from './secrets.ts'
import { attemptOf, openTestAuth, operator, start } from './testing/folder.ts'
import type { TestAuth } from './testing/folder.ts'

const key = Buffer.alloc(32, 1).toString('base64')
const otherKey = Buffer.alloc(32, 2).toString('base64')

const outcomeOf = ({ auth }: TestAuth, more: Partial<LoginAttempt> = {}): string => {
  const verdict = auth.agentAuthenticator.authenticate(attemptOf(more))
  return verdict.ok ? `${verdict.by}${verdict.key === undefined ? '' : ' with key'}` : verdict.reason
}
const enter = ({ auth }: TestAuth, more: Partial<LoginAttempt> = {}): void => {
  const attempt = attemptOf(more)
  const verdict = auth.agentAuthenticator.authenticate(attempt)
  if (!verdict.ok) throw new Error(verdict.reason)
  auth.agentAuthenticator.entered(attempt, verdict)
}
const tokenOf = ({ auth }: TestAuth, id: string, network?: string): string =>
  auth.admin.agents.add(operator, { id, ...(network === undefined ? {} : { network }) }).token ?? ''

describe('shared secrets', () => {
  it('let in who knows one of them', async () => {
    await using test = await openTestAuth({}, { secrets: ['one', 'two'] })
    for (const secret of ['one', 'two']) expect(outcomeOf(test, { secret })).toBe('secret')
    for (const secret of ['three', '', undefined, 'ONE']) expect(outcomeOf(test, { secret })).toBe('bad-secret')
    expect(outcomeOf(test, { secret: 'two', protocol: 'netstats', instance: 'a' })).toBe('secret')
    expect(test.auth.agentAuthenticator.refused['bad-secret']).toBe(4)
  })

  it('are not needed where there are none', async () => {
    await using test = await openTestAuth({}, { secrets: [] })
    expect([outcomeOf(test), outcomeOf(test, { secret: undefined })]).toEqual(['open', 'open'])
  })

  it('are worth nothing where everybody needs a token', async () => {
    await using test = await openTestAuth({ requireTokens: true })
    expect([outcomeOf(test), outcomeOf(test, { secret: 'wrong' })]).toEqual(['token-required', 'bad-secret'])
    await using open = await openTestAuth({ requireTokens: true }, { secrets: [] })
    expect(outcomeOf(open)).toBe('token-required')
    expect(outcomeOf(open, { secret: tokenOf(open, 'node-1') })).toBe('token')
  })
})

describe('a token', () => {
  it('lets in its id alone, on its network alone, by either protocol', async () => {
    await using test = await openTestAuth()
    const token = tokenOf(test, 'node-1', '1337')
    const everywhere = tokenOf(test, 'node-2')
    expect(token).toMatch(/^nst_[\w-]{43}$/)
    for (const protocol of ['ethstats', 'netstats'] as const) {
      expect(outcomeOf(test, { protocol, secret: token })).toBe('token')
      expect(outcomeOf(test, { protocol, secret: token, networkId: '7' })).toBe('wrong-network')
      expect(outcomeOf(test, { protocol, secret: token, networkId: undefined })).toBe('wrong-network')
      expect(outcomeOf(test, { protocol, secret: token, id: 'node-2' })).toBe('wrong-id')
      expect(outcomeOf(test, { protocol, secret: token, id: 'stranger' })).toBe('wrong-id')
      expect(outcomeOf(test, { protocol, secret: everywhere, id: 'node-2', networkId: '7' })).toBe('token')
    }
  })

  it('is the only way in for its id', async () => {
    await using test = await openTestAuth()
    const token = tokenOf(test, 'node-1', '1337')
    expect(outcomeOf(test)).toBe('token-required')
    expect(outcomeOf(test, { secret: undefined })).toBe('token-required')
    expect(outcomeOf(test, { secret: 'nst_guess' })).toBe('bad-token')
    expect(outcomeOf(test, { secret: token.toLowerCase() })).toBe('bad-token')
    // On other networks the name is free.
    expect(outcomeOf(test, { networkId: '7' })).toBe('secret')
  })

  it('is worth nothing once it is rotated, revoked or banned, and its sessions are called for', async () => {
    await using test = await openTestAuth()
    const { agents } = test.auth.admin
    const withdrawn: unknown[] = []
    const deafen = test.auth.agentAuthenticator.onWithdrawn((...which) => withdrawn.push(which))
    const first = tokenOf(test, 'node-1')
    const second = agents.rotate(operator, { id: 'node-1' }).token ?? ''
    expect([outcomeOf(test, { secret: first }), outcomeOf(test, { secret: second })]).toEqual(['bad-token', 'token'])
    agents.ban(operator, { id: 'node-1' })
    expect(outcomeOf(test, { secret: second })).toBe('banned')
    agents.unban(operator, { id: 'node-1' })
    expect(outcomeOf(test, { secret: second })).toBe('token')
    agents.revoke(operator, { id: 'node-1' })
    for (const secret of [second, 'shared secret', undefined]) expect(outcomeOf(test, { secret })).toBe('revoked')
    expect(outcomeOf(test, { secret: agents.rotate(operator, { id: 'node-1' }).token })).toBe('token')
    agents.remove(operator, { id: 'node-1' })
    expect(outcomeOf(test)).toBe('secret')
    expect(withdrawn).toEqual(Array.from({ length: 5 }, () => ['node-1', undefined]))
    deafen()
    agents.ban(operator, { id: 'never seen', network: '1337' })
    expect(withdrawn).toHaveLength(5)
    expect(outcomeOf(test, { id: 'never seen' })).toBe('banned')
    expect(outcomeOf(test, { id: 'never seen', networkId: '7' })).toBe('secret')
  })

  it('outlives a restart, as does everything that was taken from one', async () => {
    await using test = await openTestAuth()
    const token = tokenOf(test, 'node-1')
    test.auth.admin.agents.ban(operator, { id: 'bad' })
    await test.again()
    expect([outcomeOf(test, { secret: token }), outcomeOf(test, { id: 'bad' })]).toEqual(['token', 'banned'])
  })
})

describe('a key', () => {
  const agent = { protocol: 'netstats', secret: undefined, instance: 'spool' } as const

  it('must be proved by its id, whether shown or not', async () => {
    await using test = await openTestAuth()
    test.auth.admin.agents.add(operator, { id: 'node-1', key })
    expect(test.auth.agentAuthenticator.authenticate(attemptOf(agent))).toEqual({
      ok: true,
      by: 'key',
      agent: 'node-1',
      key,
    })
    expect(outcomeOf(test, { ...agent, key })).toBe('key with key')
    expect(outcomeOf(test, { ...agent, key: otherKey })).toBe('bad-key')
    expect(outcomeOf(test, { ...agent, key: 'nonsense' })).toBe('bad-key')
    expect(outcomeOf(test, { ...agent, key, secret: 'wrong' })).toBe('bad-token')
    expect(outcomeOf(test, { ...agent, key, id: 'stranger', secret: 'shared secret' })).toBe('wrong-id')
    // A native node has no way to prove it.
    expect(outcomeOf(test)).toBe('token-required')
  })

  it('is needed by an agent beside its token, and not by a native node', async () => {
    await using test = await openTestAuth()
    const { token = '' } = test.auth.admin.agents.add(operator, { id: 'node-1', key, token: true })
    expect(outcomeOf(test, { ...agent, secret: token })).toBe('token with key')
    expect(outcomeOf(test, { secret: token })).toBe('token')
  })

  it('that nobody registered must be proved as well, and holds the name', async () => {
    await using test = await openTestAuth()
    const shown = { ...agent, secret: 'shared secret', key }
    expect(outcomeOf(test, shown)).toBe('secret with key')
    enter(test, shown)
    expect(outcomeOf(test, { ...shown, key: otherKey })).toBe('name-bound')
    expect(outcomeOf(test, { ...shown, instance: 'another spool', address: '192.0.2.7' })).toBe('secret with key')
  })

  it('whose proof fails counts as a failed login', async () => {
    await using test = await openTestAuth({ failures: 3 })
    test.auth.admin.agents.add(operator, { id: 'node-1', key })
    const attempt = attemptOf({ ...agent, key })
    for (let i = 0; i < 3; i++) test.auth.agentAuthenticator.proved(attempt, false)
    expect(outcomeOf(test, { ...agent, key })).toBe('locked-out')
    // Who fails in its name elsewhere does not lock it out.
    expect(outcomeOf(test, { ...agent, key, address: '192.0.2.7' })).toBe('key with key')
    expect(test.auth.agentAuthenticator.refused['bad-proof']).toBe(3)
  })
})

describe('names of nodes', () => {
  it('belong to the address that came first, unless that is turned off', async () => {
    await using test = await openTestAuth({ bindFor: '1h' })
    enter(test)
    expect(outcomeOf(test, { address: '192.0.2.2' })).toBe('name-bound')
    expect(outcomeOf(test, { address: '192.0.2.2', networkId: '7' })).toBe('secret')
    test.auth.agentAuthenticator.left({ node: 'node-1', networkId: '1337' }, start)
    expect(outcomeOf(test, { address: '192.0.2.2', at: start + 3_599_999 })).toBe('name-bound')
    expect(outcomeOf(test, { address: '192.0.2.2', at: start + 3_600_000 })).toBe('secret')
    await using off = await openTestAuth({ bindNames: false })
    enter(off)
    expect(outcomeOf(off, { address: '192.0.2.2' })).toBe('secret')
  })

  it('that are ids of other agents are not taken', async () => {
    await using test = await openTestAuth()
    const token = tokenOf(test, 'agent-a')
    tokenOf(test, 'agent-b')
    const watching = { protocol: 'netstats', id: 'agent-a', secret: token, instance: 'a' } as const
    expect(outcomeOf(test, { ...watching, node: 'some node' })).toBe('token')
    expect(outcomeOf(test, { ...watching, node: 'agent-b' })).toBe('wrong-id')
    expect(outcomeOf(test, { protocol: 'netstats', id: 'x', node: 'agent-b', instance: 'x' })).toBe('wrong-id')
    enter(test, { ...watching, node: 'some node' })
    expect(outcomeOf(test, { id: 'some node', address: '192.0.2.1' })).toBe('name-bound')
  })
})

describe('who fails too often', () => {
  it('is locked out by address, with a time to come back', async () => {
    await using test = await openTestAuth({ failures: 9 })
    for (let i = 0; i < 9; i++) expect(outcomeOf(test, { id: `guess-${i}`, secret: `guess ${i}` })).toBe('bad-secret')
    const verdict = test.auth.agentAuthenticator.authenticate(attemptOf({ id: 'another' }))
    expect(verdict).toEqual({ ok: false, reason: 'locked-out', retryMs: 30_000 })
    expect(outcomeOf(test, { id: 'another', at: start + 30_000 })).toBe('secret')
    expect(outcomeOf(test, { id: 'another', address: '192.0.2.2' })).toBe('secret')
  })

  it('is locked out by id from many addresses', async () => {
    await using test = await openTestAuth({ failures: 9 })
    for (let i = 0; i < 3; i++) outcomeOf(test, { secret: 'guess', address: `192.0.2.${i + 10}` })
    for (const last of [10, 11, 12]) expect(outcomeOf(test, { address: `192.0.2.${last}` })).toBe('locked-out')
    expect(outcomeOf(test, { address: '192.0.2.98' })).toBe('secret')
    expect(outcomeOf(test, { address: '192.0.2.99', id: 'another' })).toBe('secret')
  })

  it('does not lock out a neighbour that was good, nor who has a token', async () => {
    await using test = await openTestAuth({ failures: 9 })
    const token = tokenOf(test, 'with token')
    enter(test, { id: 'good' })
    for (let i = 0; i < 20; i++) outcomeOf(test, { id: `bad-${i}`, secret: 'wrong' })
    expect(outcomeOf(test, { id: 'new' })).toBe('locked-out')
    expect(outcomeOf(test, { id: 'good' })).toBe('secret')
    expect(outcomeOf(test, { id: 'with token', secret: token })).toBe('token')
    // Nor is a good neighbour's name a way to go on guessing.
    for (let i = 0; i < 3; i++) outcomeOf(test, { id: 'good', secret: 'wrong' })
    expect(outcomeOf(test, { id: 'good' })).toBe('locked-out')
  })

  it('is not who only came to the wrong place with a right secret', async () => {
    await using test = await openTestAuth({ failures: 3 })
    const token = tokenOf(test, 'node-1', '1337')
    for (let i = 0; i < 20; i++) {
      expect(outcomeOf(test)).toBe('token-required')
      expect(outcomeOf(test, { secret: token, networkId: '7' })).toBe('wrong-network')
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
    await using test = await openTestAuth({ failures: 2 }, { secrets: ['one', 'two', 'three'], operations })
    const token = tokenOf(test, 'node-1')
    test.auth.admin.agents.add(operator, { id: 'node-2', key })
    test.auth.admin.agents.ban(operator, { id: 'banned' })
    tokenOf(test, 'revoked')
    test.auth.admin.agents.revoke(operator, { id: 'revoked' })
    const ids = ['node-1', 'node-2', 'banned', 'revoked', 'unknown', 'unknown', 'unknown']
    const secrets = [token, 'one', 'three', 'wrong', '', undefined, 'nst_wrong', 'x'.repeat(1000)]
    const seen = new Set<string>()
    for (const id of ids) {
      for (const secret of secrets) {
        Object.assign(done, { digests: 0, comparisons: 0 })
        seen.add(outcomeOf(test, { id, secret }))
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
    await using test = await openTestAuth()
    const { refused } = test.auth.agentAuthenticator
    expect(Object.keys(refused)).toEqual([...authRefusals])
    outcomeOf(test, { secret: 'wrong' })
    expect(Object.values(refused).reduce((sum, one) => sum + one, 0)).toBe(1)
  })

  it('is one of thousands a second', async () => {
    await using test = await openTestAuth()
    const token = tokenOf(test, 'node-1')
    expect(digestOf(token)).toHaveLength(32)
    const from = performance.now()
    for (let i = 0; i < 5000; i++) outcomeOf(test, { secret: token })
    // Some 10 µs each; the bound is that of a busy machine.
    expect(performance.now() - from).toBeLessThan(5000)
  })
})
