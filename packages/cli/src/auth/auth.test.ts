import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { runCli, startCli } from '../testing/run-cli.ts'

const folder = mkdtempSync(join(tmpdir(), 'netstats-cli-auth-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
let folders = 0
const newData = (): string => {
  const data = join(folder, String(++folders))
  mkdirSync(data)
  return data
}
const fileOf = (name: string, text: string): string => {
  const path = join(folder, name)
  writeFileSync(path, text)
  return path
}

const commands = [
  ...['add', 'list', 'refused', 'rotate', 'revoke', 'ban', 'unban', 'remove'].map((word) => ['agents', word]),
  ...['add', 'list', 'passwd', 'role', 'remove'].map((word) => ['users', word]),
  ...['list', 'rename', 'merge', 'remove'].flatMap((word) => [
    ['nodes', word],
    ['networks', word],
  ]),
  ['audit'],
  ['agent', 'keygen'],
]

describe('help', () => {
  it.each(commands.map((words) => [words.join(' '), words] as const))(
    'of %s shows examples and exit codes',
    async (_, words) => {
      const { code, out } = await runCli([...words, '--help'])
      expect(code).toBe(0)
      expect(out).toMatch(new RegExp(`Examples:\n(.*\n)*.*netstats ${words.join(' ')}`))
      expect(out).toContain('2  wrong use')
    },
  )
})

describe('wrong use', () => {
  it.each([
    [['agents'], 'netstats: say what to do, for example: netstats agents add node-1\n'],
    [['agents', 'ad'], "netstats: unknown command 'agents ad' (see netstats agents --help)\n"],
    [['users', 'add', 'x'], /required option '--role <role>' not specified \(see netstats users add --help\)\n$/],
    [['users', 'add', 'x', '--role', 'king'], /'--role <role>' argument 'king' is invalid.*viewer, operator, admin/],
    [['audit', '--limit', '0'], 'netstats: --limit: found "0", expected a whole number from 1 to 1000\n'],
    [['users', 'add', 'x', '--role', 'viewer'], /no password was given: type it, or pass it on standard input/],
    [['users', 'passwd', 'x', '--token', '--password-file', 'y'], /a user has a password or an API token/],
    [['users', 'add', 'x', '--role', 'viewer', '--expires', '9d'], /--expires is for API tokens/],
    [['users', 'passwd', 'x', '--token', '--expires', 'soon'], /--expires: found "soon", expected a time from 1m/],
  ])('%j ends with 2 and one line', async (args, line) => {
    const { code, out, err } = await runCli(args)
    expect([code, out]).toEqual([2, ''])
    expect(err).toMatch(line)
  })

  it('of a folder that is not there makes none', async () => {
    const { code, err } = await runCli(['agents', 'add', 'a', '--data', join(folder, 'missing')])
    expect(code).toBe(1)
    expect(err).toMatch(/^netstats: There is no data folder .*missing; .*--data DIR/)
  })
})

describe('agents', () => {
  it('are added with a token alone on standard output, and what to do with it beside', async () => {
    const data = newData()
    const added = await runCli(['agents', 'add', 'node-1', '--network', '1337', '--note', 'rack 3', '--data', data])
    expect(added.code).toBe(0)
    expect(added.out).toMatch(/^nst_[\w-]{43}\n$/)
    expect(added.err).toContain('geth --ethstats node-1:TOKEN@HOST:PORT')
    expect(added.err).not.toContain(added.out.trim())
    const list = await runCli(['agents', 'list', '--data', data])
    expect(list.out).toMatch(/^ {2}node-1 {2}1337 +active {2}token +- +rack 3$/m)
    const again = await runCli(['agents', 'add', 'node-1', '--network', '1337', '--data', data])
    expect([again.code, again.out]).toEqual([1, ''])
    expect(again.err).toContain('AUTH_AGENT_EXISTS')
    const json = await runCli(['agents', 'rotate', 'node-1', '--network', '1337', '--json', '--data', data])
    expect(JSON.parse(json.out)).toMatchObject({ token: expect.stringMatching(/^nst_/), agent: { id: 'node-1' } })
  })

  it('are known by a key that never leaves its file', async () => {
    const data = newData()
    const path = join(folder, 'agent.key')
    const made = await runCli(['agent', 'keygen', path])
    expect(made.code).toBe(0)
    expect(made.out).toMatch(/^[\w+/]{43}=\n$/)
    expect(statSync(path).mode & 0o777).toBe(0o600)
    const secret = readFileSync(path, 'utf8')
    expect(secret).toMatch(/^-----BEGIN PRIVATE KEY-----\n/)
    expect((await runCli(['agent', 'keygen', path])).err).toContain('a key is never written over')
    expect(readFileSync(path, 'utf8')).toBe(secret)
    const wrong = await runCli(['agents', 'add', 'a', '--key', path, '--data', data])
    expect(wrong.code).toBe(1)
    expect(wrong.err).toMatch(/private key, which never leaves the agent/)
    expect(wrong.err).not.toContain(secret.split('\n')[1])
    const pub = fileOf('agent.pub', made.out)
    const added = await runCli(['agents', 'add', 'a', '--key', pub, '--data', data])
    expect([added.code, added.err]).toEqual([0, ''])
    expect((await runCli(['agents', 'list', '--json', '--data', data])).out).toContain(made.out.trim())
  })
})

describe('users and what they did', () => {
  it('are added, changed and removed, all of which is written down', async () => {
    const data = newData()
    const secret = fileOf('password', 'correct horse battery\n')
    const users = (...args: string[]) => runCli(['users', ...args, '--data', data])
    expect(await users('add', 'alice', '--role', 'admin', '--password-file', secret)).toMatchObject({
      code: 0,
      out: 'alice may log in as admin.\n',
      err: '',
    })
    const script = await users('add', 'ci', '--role', 'viewer', '--token')
    expect(script.out).toMatch(/^nsa_[\w-]{43}\n$/)
    expect((await users('passwd', 'ci', '--token')).out).toMatch(/^nsa_[\w-]{43}\n$/)
    expect((await users('role', 'ci', '--role', 'operator')).code).toBe(0)
    expect((await users('remove', 'ci')).code).toBe(0)
    expect((await users('list')).out).toMatch(/^ {2}alice {2}admin {2}password/m)
    const short = fileOf('short', 'short\n')
    expect((await users('passwd', 'alice', '--password-file', short)).err).toContain('AUTH_PASSWORD_WEAK')
    const audit = (await runCli(['audit', '--data', data])).out
    const actions = audit.split('\n').map((line) => /(user-\w+) +(\w+)/.exec(line)?.slice(1).join(' '))
    expect(actions.filter(Boolean)).toEqual([
      'user-remove ci',
      'user-role ci',
      'user-token ci',
      'user-add ci',
      'user-add alice',
    ])
    expect(audit).not.toMatch(/nsa_|horse/)
  })
})

describe('while a server runs', () => {
  it('it is asked, and its certificate is not what SIGHUP ends it by', async () => {
    const data = newData()
    await using server = startCli(['server', '--listen', '127.0.0.1:0', '--data', data], {
      NETSTATS_ETHSTATS_SECRET: 'hush-hush',
    })
    const [, address = ''] = await server.seen(/"address":"([^"]+)".*listening/)
    const added = await runCli(['users', 'add', 'ci', '--role', 'admin', '--token', '--data', data])
    expect(added.code).toBe(0)
    const token = added.out.trim()
    const who = await fetch(`http://${address}/api/v1/session`, { headers: { authorization: `Bearer ${token}` } })
    expect(await who.json()).toMatchObject({ name: 'ci', role: 'admin' })
    server.child.kill('SIGHUP')
    await server.seen(/asked to read the certificate again/)
    const agent = await runCli(['agents', 'add', 'node-1', '--data', data])
    expect(agent.code).toBe(0)
    await fetch(`http://${address}/api/v1/session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ name: 'ci', password: 'wr0ng password' }),
    })
    const refused = await runCli(['agents', 'refused', '--data', data])
    expect(refused.out).toMatch(/^ {2}ci +127\.0\.0\.1 +login +wrong-password +1 /m)
    expect(refused.out).toContain('  wrong-password: The name or the password is wrong; ')
    server.child.kill('SIGTERM')
    const { code, out, err } = await server.ended
    expect(code).toBe(0)
    for (const secret of [token, agent.out.trim(), 'hush-hush']) expect(out + err).not.toContain(secret)
    expect((await runCli(['agents', 'list', '--data', data])).out).toContain('node-1')
    expect((await runCli(['agents', 'refused', '--data', data])).out).toMatch(/^No server runs on this folder/)
  })
})
