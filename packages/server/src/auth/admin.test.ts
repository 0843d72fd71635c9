import { describe, expect, it } from 'vitest'
import { parseKey } from './keys.ts'
import { plain } from './plain.ts'
import { openTestAuth, operator, start } from './testing/folder.ts'

const key = Buffer.alloc(32, 1).toString('base64')
const cli = { name: 'root', via: 'cli', address: '' } as const
const failing = (code: string) => expect.objectContaining({ code })

describe('agents', () => {
  it('are added once, with a token or a key, and listed without a secret', async () => {
    await using test = await openTestAuth()
    const { agents } = test.auth.admin
    const { token } = agents.add(operator, { id: 'b', note: 'rack 3' })
    expect(agents.add(operator, { id: 'a', network: '7', key }).token).toBeUndefined()
    expect(() => agents.add(operator, { id: 'b' })).toThrow(failing('AUTH_AGENT_EXISTS'))
    expect(() => agents.add(operator, { id: 'c', key })).toThrow(failing('AUTH_KEY_TAKEN'))
    expect(() => agents.add(operator, { id: 'c', key: 'x' })).toThrow(failing('AUTH_KEY_INVALID'))
    expect(() => agents.rotate(operator, { id: 'b', network: '7' })).toThrow('it is known without a network')
    const list = agents.list()
    expect(list.map(({ id, network, hasToken, key, note }) => [id, network, hasToken, key, note])).toEqual([
      ['a', '7', false, key, ''],
      ['b', null, true, null, 'rack 3'],
    ])
    expect(JSON.stringify(list)).not.toContain(token?.slice(4))
  })

  it('remember their last login across a restart', async () => {
    await using test = await openTestAuth()
    const { token } = test.auth.admin.agents.add(operator, { id: 'a' })
    const attempt = {
      protocol: 'ethstats',
      id: 'a',
      node: 'a',
      networkId: '1',
      secret: token,
      address: '192.0.2.1',
      at: start + 5,
    } as const
    const verdict = test.auth.agentAuthenticator.authenticate(attempt)
    if (verdict.ok) test.auth.agentAuthenticator.entered(attempt, verdict)
    const again = await test.again()
    expect(again.admin.agents.list()[0]?.seenAt).toBe(start + 5)
  })
})

describe('users', () => {
  it('are people or scripts, and one is not the other', async () => {
    await using test = await openTestAuth()
    const { users } = test.auth.admin
    await users.add(cli, { name: 'alice', role: 'admin', password: 'correct horse battery' })
    users.addWithToken(cli, { name: 'ci', role: 'viewer' })
    await expect(users.add(cli, { name: 'ci', role: 'viewer', password: 'x'.repeat(20) })).rejects.toEqual(
      failing('AUTH_USER_EXISTS'),
    )
    await expect(users.add(cli, { name: 'bob', role: 'viewer', password: 'short' })).rejects.toEqual(
      failing('AUTH_PASSWORD_WEAK'),
    )
    await expect(users.setPassword(cli, { name: 'ci', password: 'x'.repeat(20) })).rejects.toEqual(
      failing('AUTH_USER_KIND'),
    )
    expect(() => users.rotateToken(cli, { name: 'alice' })).toThrow(failing('AUTH_USER_KIND'))
    expect(() => users.remove(cli, { name: 'nobody' })).toThrow(failing('AUTH_USER_UNKNOWN'))
    expect(users.list().map(({ name, role, kind }) => [name, role, kind])).toEqual([
      ['alice', 'admin', 'password'],
      ['ci', 'viewer', 'token'],
    ])
  })

  it('keep one who may administer, but for who sits at the machine', async () => {
    await using test = await openTestAuth()
    const { users } = test.auth.admin
    await users.add(cli, { name: 'alice', role: 'admin', password: 'correct horse battery' })
    expect(() => users.remove(operator, { name: 'alice' })).toThrow(failing('AUTH_LAST_ADMIN'))
    expect(() => users.setRole(operator, { name: 'alice', role: 'viewer' })).toThrow(failing('AUTH_LAST_ADMIN'))
    users.addWithToken(operator, { name: 'ci', role: 'admin' })
    users.setRole(operator, { name: 'alice', role: 'viewer' })
    users.remove(cli, { name: 'ci' })
    expect(users.list().map(({ name }) => name)).toEqual(['alice'])
  })
})

describe('the audit log', () => {
  it('says who did what, from where and when, newest first, and never a secret', async () => {
    await using test = await openTestAuth()
    const { agents, users, audit } = test.auth.admin
    const { token = '' } = agents.add(operator, { id: 'a' })
    await test.clock.advance(1000)
    await users.add(cli, { name: 'alice', role: 'admin', password: 'correct horse battery' })
    await test.auth.httpAuthenticator.login('alice', 'wrong horse battery', '192.0.2.7')
    const entries = audit.list(10)
    expect(entries.map((one) => [one.actor, one.via, one.address, one.action, one.subject, one.result])).toEqual([
      ['alice', 'login', '192.0.2.7', 'login', 'alice', 'refused'],
      ['root', 'cli', '', 'user-add', 'alice', 'ok'],
      ['olga', 'session', '192.0.2.9', 'agent-add', 'a', 'ok'],
    ])
    expect(entries.map((one) => one.at)).toEqual([start + 1000, start + 1000, start])
    expect(audit.list(10, entries[1]?.id).map((one) => one.action)).toEqual(['agent-add'])
    for (const secret of [token, 'horse battery']) expect(JSON.stringify(entries)).not.toContain(secret)
  })

  it('keeps so many entries, and what waits is bounded', async () => {
    await using test = await openTestAuth({ auditEntries: 100, failures: 10_000 })
    const { agents, audit } = test.auth.admin
    for (let i = 0; i < 350; i++) agents.ban(operator, { id: `a${i}` })
    expect(audit.list(1000).length).toBeLessThanOrEqual(200)
    expect(audit.list(1000).length).toBeGreaterThanOrEqual(100)
    expect(audit.list(1)[0]?.subject).toBe('a349')
  })

  it('shows no name that nobody has: it may be a password in the wrong field', async () => {
    await using test = await openTestAuth()
    await test.auth.httpAuthenticator.login('my-pass-word', 'alice', '192.0.2.7')
    expect(test.auth.admin.audit.list(1)[0]).toMatchObject({ subject: '(no user)', actor: '(no user)' })
  })

  it('is not filled by who guesses from everywhere; how many more there were is said later', async () => {
    await using test = await openTestAuth()
    const guess = (i: number) => test.auth.httpAuthenticator.login(`nobody-${i}`, 'wrong', `192.0.${i >> 8}.${i & 255}`)
    for (let from = 0; from < 1100; from += 10) await Promise.all(Array.from({ length: 10 }, (_, i) => guess(from + i)))
    const { audit } = test.auth.admin
    const refused = () => audit.list(1000).filter(({ result }) => result === 'refused')
    expect(refused()).toHaveLength(1000)
    await test.clock.advance(3_600_000)
    await guess(1)
    expect(refused()[0]?.detail).toMatch(/^100 more were refused/)
  })

  it('holds nothing that could pass for another line', async () => {
    await using test = await openTestAuth()
    const nasty = 'alice\r\nset-cookie: a=b\u202egnp.exe\u2028\u0000\ud800'
    test.auth.audit.later({ name: nasty, via: 'login', address: '192.0.2.7\nforged' }, { action: 'x', subject: nasty })
    const [entry] = test.auth.admin.audit.list(1)
    expect(entry?.subject).toBe('alice\\u{d}\\u{a}set-cookie: a=b\\u{202e}gnp.exe\\u{2028}\\u{0}\\u{d800}')
    expect(entry?.address).toBe('192.0.2.7\\u{a}forged')
    expect(plain('x'.repeat(500))).toHaveLength(200)
  })
})

describe('a public key', () => {
  it('is read from base64 and PEM, and a private one is refused without being shown', () => {
    const pem =
      '-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=\n-----END PUBLIC KEY-----\n'
    for (const text of [key, ` ${key}\n`, key.replace('=', ''), pem]) expect(parseKey(text)).toBe(key)
    const secret = '-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIAEB\n-----END PRIVATE KEY-----'
    for (const bad of ['', 'x', secret, key.slice(0, 40), `${key}${key}`]) {
      expect(() => parseKey(bad)).toThrow(failing('AUTH_KEY_INVALID'))
    }
    expect(() => parseKey(secret)).toThrow(/^(?!.*MC4CAQ).*never leaves the agent/)
  })
})
