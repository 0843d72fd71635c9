import { describe, expect, it } from 'vitest'
import { createLoginThrottling } from './login-throttling.ts'
import { attemptOf, openTestAuth, operator, start } from './testing/folder.ts'

const openThrottling = () => {
  const pairs = new Set<string>()
  const good = { has: (pair: string) => pairs.has(pair), add: (pair: string) => void pairs.add(pair) }
  return createLoginThrottling({ failures: 6, lockMs: 30_000, good })
}
const from = (address: string, identity = 'admin') => ({ address, identity })

describe('a name that is guessed in', () => {
  it('is locked for the address that guesses, and not for another one that tries for the first time', () => {
    const throttling = openThrottling()
    for (let i = 0; i < 2; i++) throttling.failed(from('bad'), start)
    expect(throttling.lockedMs(from('bad'), start)).toBe(30_000)
    expect(throttling.lockedMs(from('new'), start)).toBe(0)
  })

  it('gives addresses that have not failed a few tries, so that many of them are no way round the lock', () => {
    const throttling = openThrottling()
    for (let i = 0; i < 2; i++) throttling.failed(from('bad'), start)
    let tries = 0
    for (let i = 0; i < 600; i++) {
      const who = from(`bad ${i}`)
      const at = start + i * 1000
      if (throttling.lockedMs(who, at) > 0) continue
      tries++
      throttling.failed(who, at)
    }
    // Ten minutes: three at once and one in ten seconds.
    expect(tries).toBeLessThanOrEqual(65)
  })

  it('is never locked for an address that was good before, however long others guess', () => {
    const throttling = openThrottling()
    throttling.succeeded(from('home'), start)
    for (let i = 0; i < 500; i++) throttling.failed(from(`bad ${i % 50}`), start + i)
    expect(throttling.lockedMs(from('home'), start + 500)).toBe(0)
  })

  it('is locked for who was good there, too, once that one fails itself', () => {
    const throttling = openThrottling()
    throttling.succeeded(from('home'), start)
    for (let i = 0; i < 2; i++) throttling.failed(from('home'), start)
    expect(throttling.lockedMs(from('home'), start)).toBe(30_000)
  })

  it('takes no failure for one where no place was free to look at the password', () => {
    const throttling = openThrottling()
    for (let i = 0; i < 2; i++) throttling.failed(from('bad'), start)
    throttling.failed(from('new'), start)
    throttling.forgive(from('new'), start)
    expect(throttling.lockedMs(from('new'), start)).toBe(0)
  })
})

describe('who was good before', () => {
  const password = 'correct horse battery'

  it('is known after a restart: a node with the shared secret comes back while others guess in its name', async () => {
    await using test = await openTestAuth({ failures: 6 })
    const home = attemptOf({ address: '192.0.2.1' })
    const verdict = test.auth.agentAuthenticator.authenticate(home)
    if (!verdict.ok) throw new Error(verdict.reason)
    test.auth.agentAuthenticator.entered(home, verdict)
    const { agentAuthenticator } = await test.again()
    for (let i = 0; i < 100; i++)
      agentAuthenticator.authenticate(attemptOf({ address: `198.51.100.${i}`, secret: 'guess' }))
    expect(agentAuthenticator.authenticate(attemptOf({ address: '198.51.100.1' }))).toMatchObject({
      reason: 'locked-out',
    })
    expect(agentAuthenticator.authenticate(home)).toMatchObject({ ok: true })
  })

  it('is known after a restart: an admin comes back while others guess', async () => {
    await using test = await openTestAuth({ failures: 6 })
    await test.auth.admin.users.add(operator, { name: 'alice', role: 'admin', password })
    await test.auth.httpAuthenticator.login('alice', password, '2001:db8:1:2::3')
    const { httpAuthenticator } = await test.again()
    for (let i = 0; i < 20; i++) await httpAuthenticator.login('alice', 'a wrong guess', `198.51.100.${i}`)
    expect(await httpAuthenticator.login('alice', password, '198.51.100.0')).toMatchObject({ reason: 'locked-out' })
    // Of IPv6 the network counts.
    expect(await httpAuthenticator.login('alice', password, '2001:db8:1:2:ffff::9')).toMatchObject({ ok: true })
  })

  it('makes room for others, the one that was good longest ago first, also on the disk', async () => {
    const { createGoodPairs } = await import('./good-pairs.ts')
    const { openAuthFile } = await import('./database.ts')
    await using test = await openTestAuth()
    await test.auth[Symbol.asyncDispose]()
    using file = openAuthFile(`${test.data}/auth.db`)
    const pairs = createGoodPairs(file, { kind: 'agent', entries: 3 })
    for (let i = 0; i < 5; i++) pairs.add(`pair ${i}`, start + i)
    file.write(() => pairs.flush(100))
    pairs.add('pair 2', start + 100)
    pairs.add('pair 5', start + 101)
    file.write(() => pairs.flush(100))
    const again = createGoodPairs(file, { kind: 'agent', entries: 3 })
    expect([again.size, ...['pair 1', 'pair 2', 'pair 3', 'pair 4', 'pair 5'].map((pair) => again.has(pair))]).toEqual([
      3,
      false,
      true,
      false,
      true,
      true,
    ])
    expect(createGoodPairs(file, { kind: 'user' }).size).toBe(0)
  })
})
