import { scryptSync } from 'node:crypto'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, it } from 'vitest'
import { cookieHeader } from './http-authenticator.ts'
import type { LoginOutcome } from './http-authenticator.ts'
import { openTestAuth, operator } from './testing/folder.ts'
import type { TestAuth } from './testing/folder.ts'

const password = 'correct horse battery'
const withAlice = async (config: object = {}): Promise<TestAuth> => {
  const test = await openTestAuth(config)
  await test.auth.admin.users.add(operator, { name: 'alice', role: 'operator', password })
  return test
}
const login = ({ auth }: TestAuth, name = 'alice', given = password, address = '192.0.2.1') =>
  auth.httpAuthenticator.login(name, given, address)
const cookieOf = (outcome: LoginOutcome): string => {
  if (!outcome.ok) throw new Error(outcome.reason)
  return outcome.cookie
}
const who = ({ auth }: TestAuth, headers: Record<string, string>) => auth.httpAuthenticator.identify({ headers })
const byCookie = (test: TestAuth, cookie: string) => who(test, { cookie: `a=b; netstats_session=${cookie}` })

describe('who asks', () => {
  it('is nobody in particular, who may look or not', async () => {
    await using test = await openTestAuth()
    expect(who(test, {})).toEqual({ name: undefined, role: 'viewer', via: 'anonymous' })
    await using closed = await openTestAuth({ anonymous: 'none' })
    expect([who(closed, {}), closed.auth.httpAuthenticator.authorize({ headers: {} })]).toEqual([undefined, undefined])
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
    if (principal !== undefined) test.auth.httpAuthenticator.onEnd(principal, () => ended++)
    if (principal !== undefined) test.auth.httpAuthenticator.logout(principal, '192.0.2.1')
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
    test.auth.flush()
    expect(test.auth.counts.sessions).toBe(0)
  })

  it('is a script by its token, and never nobody in particular by a wrong one', async () => {
    await using test = await openTestAuth()
    const { token } = test.auth.admin.users.addWithToken(operator, { name: 'ci', role: 'admin' })
    expect(who(test, { authorization: `Bearer ${token}` })).toEqual({ name: 'ci', role: 'admin', via: 'token' })
    expect(who(test, { authorization: `bearer  ${token}` })?.name).toBe('ci')
    for (const authorization of ['Bearer nsa_wrong', 'Bearer eyJ0', token, `Bearer ${token} x`, 'Bearer ', 'bearer']) {
      expect([authorization, who(test, { authorization })]).toEqual([authorization, undefined])
    }
    const renewed = test.auth.admin.users.rotateToken(operator, { name: 'ci' }).token
    expect(who(test, { authorization: `Bearer ${token}` })).toBeUndefined()
    expect(who(test, { authorization: `Bearer ${renewed}` })?.name).toBe('ci')
    // A token is no password.
    expect(await login(test, 'ci', renewed)).toEqual({ ok: false, reason: 'wrong' })
  })
})

describe('what a proxy adds', () => {
  it('for a login of its own takes nothing away', async () => {
    await using test = await withAlice()
    const cookie = `netstats_session=${cookieOf(await login(test))}`
    for (const authorization of ['Basic YWxpY2U6eA==', 'Digest username="a"', 'Negotiate YII=', 'basic', '']) {
      expect([authorization, who(test, { authorization })?.via]).toEqual([authorization, 'anonymous'])
      expect([authorization, who(test, { authorization, cookie })?.name]).toEqual([authorization, 'alice'])
    }
    // The token of somebody else's login.
    expect(who(test, { authorization: 'Bearer eyJhbGciOi', cookie })?.name).toBe('alice')
    // A wrong one of ours is a mistake that has to be seen.
    expect(who(test, { authorization: 'Bearer nsa_wrong', cookie })).toBeUndefined()
  })
})

describe('two cookies of one name', () => {
  it('are the session that is one of them, wherever it stands', async () => {
    await using test = await withAlice()
    const mine = cookieOf(await login(test))
    const dead = 'x'.repeat(43)
    const many = Array.from({ length: 200 }, (_, i) => `netstats_session=${String(i).padEnd(43, 'x')}`)
    for (const cookie of [
      `${many.join('; ')}; netstats_session=${mine}`,
      `netstats_session=${mine}; netstats_session=${dead}`,
      `netstats_session=${dead}; netstats_session=${mine}`,
      `netstats_session=short; netstats_session=${mine}`,
      `netstats_session=${mine}; netstats_session=${mine}`,
    ]) {
      expect([cookie, who(test, { cookie })?.name]).toEqual([cookie, 'alice'])
    }
  })

  it('are nobody where both are sessions: one of them was put there by somebody else', async () => {
    await using test = await withAlice()
    const [mine, theirs] = [cookieOf(await login(test)), cookieOf(await login(test))]
    const cookie = `netstats_session=${theirs}; netstats_session=${mine}`
    expect(who(test, { cookie })).toMatchObject({ via: 'anonymous', name: undefined })
  })
})

describe('an API token', () => {
  const yearMs = 365 * 86_400_000

  it('ends after a year, after the time it was given, or never where that is said', async () => {
    await using test = await openTestAuth()
    const { users } = test.auth.admin
    const year = users.addWithToken(operator, { name: 'year', role: 'viewer' })
    const hour = users.addWithToken(operator, { name: 'hour', role: 'viewer', lifeMs: 3_600_000 })
    const ever = users.addWithToken(operator, { name: 'ever', role: 'viewer', lifeMs: null })
    const may = () => [hour, year, ever].map(({ token }) => who(test, { authorization: `Bearer ${token}` })?.name)
    expect(users.list().map(({ tokenEndsAt }) => tokenEndsAt)).toEqual([
      null,
      test.clock.now() + 3_600_000,
      test.clock.now() + yearMs,
    ])
    expect(may()).toEqual(['hour', 'year', 'ever'])
    await test.clock.advance(3_600_000)
    await test.again()
    expect(may()).toEqual([undefined, 'year', 'ever'])
    await test.clock.advance(yearMs)
    expect(may()).toEqual([undefined, undefined, 'ever'])
    const { token } = test.auth.admin.users.rotateToken(operator, { name: 'hour' })
    expect(who(test, { authorization: `Bearer ${token}` })?.name).toBe('hour')
  })

  it('takes with it what was opened by it, however it ends', async () => {
    await using test = await openTestAuth()
    const { users } = test.auth.admin
    const ends = [
      () => users.rotateToken(operator, { name: 'ci' }),
      () => users.setRole(operator, { name: 'ci', role: 'viewer' }),
      () => users.remove(operator, { name: 'ci' }),
      () => {
        test.clock.step(60_000)
        test.auth.flush()
      },
    ]
    for (const end of ends) {
      if (users.list().length > 0) users.remove(operator, { name: 'ci' })
      const { token } = users.addWithToken(operator, { name: 'ci', role: 'operator', lifeMs: 60_000 })
      const principal = who(test, { authorization: `Bearer ${token}` })
      if (principal === undefined) throw new Error('no principal')
      let told = 0
      test.auth.httpAuthenticator.onEnd(principal, () => told++)
      test.auth.httpAuthenticator.onEnd(principal, () => told++)()
      test.auth.flush()
      expect(told).toBe(0)
      end()
      expect(told).toBe(1)
    }
  })
})

describe('a session', () => {
  it('ends with a change of password, role, or the user', async () => {
    await using test = await withAlice()
    const { users } = test.auth.admin
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
    expect([test.auth.counts.sessions, byCookie(test, first)?.via]).toEqual([50, 'anonymous'])
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
      expect(await login(test, name, password, '192.0.2.1')).toEqual({
        ok: false,
        reason: 'locked-out',
        retryMs: 30_000,
      })
    }
    expect(test.auth.httpAuthenticator.counts).toMatchObject({ wrong: 4, lockedOut: 2 })
    await test.clock.advance(30_000)
    expect((await login(test, 'alice', password, '192.0.2.1')).ok).toBe(true)
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

  it('kept in an old way are kept in the new one after a good login', async () => {
    await using test = await withAlice()
    await test.auth[Symbol.asyncDispose]()
    const kept = (): string => {
      using db = new DatabaseSync(join(test.data, 'auth.db'))
      return String(db.prepare('SELECT password FROM users').get()?.['password'])
    }
    const salt = Buffer.alloc(16, 7)
    const hash = scryptSync(password, salt, 32, { N: 16, r: 8, p: 1 }).toString('base64')
    {
      using db = new DatabaseSync(join(test.data, 'auth.db'))
      db.prepare('UPDATE users SET password = ?').run(`scrypt$16$8$1$${salt.toString('base64')}$${hash}`)
    }
    await test.again()
    expect((await login(test, 'alice', 'wrong password')).ok).toBe(false)
    expect((await login(test)).ok).toBe(true)
    await test.auth[Symbol.asyncDispose]()
    expect(kept()).toMatch(/^\$argon2id\$/)
    await test.again()
    expect((await login(test)).ok).toBe(true)
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
    await using test = await openTestAuth({}, { passwords })
    await test.auth.admin.users.add(operator, { name: 'alice', role: 'viewer', password })
    for (const name of ['alice', 'nobody']) await login(test, name, 'wrong')
    expect(hashes).toBe(2)
  })
})
