import { describe, expect, it } from 'vitest'
import { cookieHeader } from './doors.ts'
import type { LoginOutcome } from './doors.ts'
import { openTestAccess, operator } from './testing/folder.ts'
import type { TestAccess } from './testing/folder.ts'

const password = 'correct horse battery'
const withAlice = async (config: object = {}): Promise<TestAccess> => {
  const test = await openTestAccess(config)
  await test.access.admin.users.add(operator, { name: 'alice', role: 'operator', password })
  return test
}
const login = ({ access }: TestAccess, name = 'alice', given = password, address = '192.0.2.1') =>
  access.doors.login(name, given, address)
const cookieOf = (outcome: LoginOutcome): string => {
  if (!outcome.ok) throw new Error(outcome.reason)
  return outcome.cookie
}
const who = ({ access }: TestAccess, headers: Record<string, string>) => access.doors.identify({ headers })
const byCookie = (test: TestAccess, cookie: string) => who(test, { cookie: `a=b; netstats_session=${cookie}` })

describe('who asks', () => {
  it('is nobody in particular, who may look or not', async () => {
    await using test = await openTestAccess()
    expect(who(test, {})).toEqual({ name: undefined, role: 'viewer', via: 'anonymous' })
    await using closed = await openTestAccess({ anonymous: 'none' })
    expect([who(closed, {}), closed.access.doors.authorize({ headers: {} })]).toEqual([undefined, undefined])
  })

  it('is known by the cookie of a session, until it logs out', async () => {
    await using test = await withAlice()
    const outcome = await login(test)
    const cookie = cookieOf(outcome)
    const principal = byCookie(test, cookie)
    expect(principal).toMatchObject({ name: 'alice', role: 'operator', via: 'session' })
    expect(
      byCookie(
        test,
        cookie.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A')),
      ),
    ).toMatchObject({
      via: 'anonymous',
    })
    let ended = 0
    if (principal !== undefined) test.access.doors.onEnd(principal, () => ended++)
    if (principal !== undefined) test.access.doors.logout(principal, '192.0.2.1')
    // The same cookie, played again.
    expect([byCookie(test, cookie)?.via, ended]).toEqual(['anonymous', 1])
    await test.again()
    expect(byCookie(test, cookie)?.via).toBe('anonymous')
  })

  it('is known after a restart, and no longer than a session may last', async () => {
    await using test = await withAlice({ sessionIdle: '1h', sessionLife: '3h' })
    const used = cookieOf(await login(test))
    const idle = cookieOf(await login(test))
    await test.again()
    for (let half = 0; half < 5; half++) {
      await test.clock.advance(1_800_000)
      expect(byCookie(test, used)?.name).toBe('alice')
    }
    expect(byCookie(test, idle)?.name).toBeUndefined()
    await test.clock.advance(1_800_000)
    expect(byCookie(test, used)?.name).toBeUndefined()
    test.access.flush()
    expect(test.access.counts.sessions).toBe(0)
  })

  it('is a script by its token, and never nobody in particular by a wrong one', async () => {
    await using test = await openTestAccess()
    const { token } = test.access.admin.users.addWithToken(operator, { name: 'ci', role: 'admin' })
    expect(who(test, { authorization: `Bearer ${token}` })).toEqual({ name: 'ci', role: 'admin', via: 'token' })
    expect(who(test, { authorization: `bearer  ${token}` })?.name).toBe('ci')
    for (const authorization of ['Bearer nsa_wrong', `Basic ${token}`, token, '', `Bearer ${token} x`, 'Bearer ']) {
      expect([authorization, who(test, { authorization })]).toEqual([authorization, undefined])
    }
    const renewed = test.access.admin.users.rotateToken(operator, { name: 'ci' }).token
    expect(who(test, { authorization: `Bearer ${token}` })).toBeUndefined()
    expect(who(test, { authorization: `Bearer ${renewed}` })?.name).toBe('ci')
    // A token is no password.
    expect(await login(test, 'ci', renewed)).toEqual({ ok: false, reason: 'wrong' })
  })
})

describe('a session', () => {
  it('ends with a change of password, role, or the user', async () => {
    await using test = await withAlice()
    const { users } = test.access.admin
    const changes = [
      () => users.setPassword(operator, { name: 'alice', password: `${password}!` }),
      () => users.setPassword(operator, { name: 'alice', password }),
      async () => users.setRole(operator, { name: 'alice', role: 'viewer' }),
      async () => users.remove(operator, { name: 'alice' }),
    ]
    for (const [index, change] of changes.entries()) {
      const cookie = cookieOf(await login(test, 'alice', index === 1 ? `${password}!` : password))
      expect(byCookie(test, cookie)?.name).toBe('alice')
      await change()
      expect(byCookie(test, cookie)?.name).toBeUndefined()
    }
  })

  it('makes room for the fiftieth next one', async () => {
    await using test = await withAlice({ failures: 1000 })
    const first = cookieOf(await login(test))
    await test.clock.advance(1)
    for (let i = 0; i < 50; i++) await login(test)
    expect([test.access.counts.sessions, byCookie(test, first)?.via]).toEqual([50, 'anonymous'])
  })

  it('is a cookie that no script reads and no other site sends', () => {
    expect(cookieHeader('abc', { secure: true, maxAgeMs: 61_900 })).toBe(
      'netstats_session=abc; Path=/; HttpOnly; SameSite=Strict; Max-Age=61; Secure',
    )
    expect(cookieHeader(undefined, { secure: false, maxAgeMs: 0 })).toBe(
      'netstats_session=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0',
    )
  })
})

describe('wrong passwords', () => {
  it('lock out by address and by user, whether there is such a user or not', async () => {
    await using test = await withAlice({ failures: 6 })
    for (const name of ['alice', 'nobody']) {
      for (const address of ['192.0.2.1', '192.0.2.2']) {
        expect(await login(test, name, 'wrong password', address)).toEqual({ ok: false, reason: 'wrong' })
      }
      expect(await login(test, name, password, '192.0.2.3')).toEqual({
        ok: false,
        reason: 'locked-out',
        retryMs: 30_000,
      })
    }
    expect(test.access.doors.counts).toMatchObject({ wrong: 4, lockedOut: 2 })
    await test.clock.advance(30_000)
    expect((await login(test, 'alice', password, '192.0.2.3')).ok).toBe(true)
  })

  it('elsewhere do not lock out who is at home here', async () => {
    await using test = await withAlice({ failures: 6 })
    await login(test)
    for (let i = 0; i < 10; i++) await login(test, 'alice', 'wrong password', `192.0.2.${i + 10}`)
    expect((await login(test)).ok).toBe(true)
  })

  it('all at once are not all one try', async () => {
    await using test = await withAlice({ failures: 6 })
    const outcomes = await Promise.all(Array.from({ length: 9 }, (_, i) => login(test, 'alice', `wrong ${i}`)))
    expect(outcomes.filter((one) => !one.ok && one.reason === 'wrong')).toHaveLength(2)
    // Good ones are no failures, however many there are.
    await using other = await withAlice({ failures: 6 })
    for (let i = 0; i < 20; i++) expect((await login(other)).ok).toBe(true)
  })

  it('cost an unknown user the same work', async () => {
    let hashes = 0
    const passwords = {
      hash: async (given: string) => given,
      isDated: () => false,
      verify: async (given: string, kept: string | undefined) => {
        hashes++
        return given === kept
      },
    }
    await using test = await openTestAccess({}, { passwords })
    await test.access.admin.users.add(operator, { name: 'alice', role: 'viewer', password })
    for (const name of ['alice', 'nobody']) await login(test, name, 'wrong')
    expect(hashes).toBe(2)
  })
})
