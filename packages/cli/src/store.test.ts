import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runCli, startCli } from './testing/run-cli.ts'

const folder = mkdtempSync(join(tmpdir(), 'netstats-cli-store-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const commands = ['info', 'verify', 'accept', 'prune']

describe('help', () => {
  it('of the store names its commands', async () => {
    const { code, out } = await runCli(['store', '--help'])
    expect(code).toBe(0)
    for (const command of commands) expect(out).toMatch(new RegExp(`^ {2}${command} `, 'm'))
  })

  it.each(commands)('of store %s shows examples and exit codes', async (command) => {
    const { code, out } = await runCli(['store', command, '--help'])
    expect(code).toBe(0)
    expect(out).toMatch(new RegExp(`Examples:\n(.*\n)*.*netstats store ${command}`))
    expect(out).toContain('2  wrong use')
  })
})

describe('wrong use', () => {
  it.each([
    [['store'], 'netstats: say what to do with the store, for example: netstats store info\n'],
    [['store', 'inf'], "netstats: unknown command 'store inf' (see netstats store --help)\n"],
    [['store', 'backup', '/x'], 'netstats: it is netstats backup now, and of all a server keeps\n'],
    [['backup'], "netstats: missing required argument 'folder' (see netstats backup --help)\n"],
    [['store', 'info', 'x'], /^netstats: too many arguments.*\(see netstats store info --help\)\n$/],
    [['store', 'prune', '--dryrun'], /unknown option '--dryrun' .*\(see netstats store prune --help\)\n$/],
    [['store', 'info', '--config', '/nowhere.yaml'], '/nowhere.yaml: the configuration file does not exist\n'],
  ])('%j ends with 2 and one line', async (args, line) => {
    const { code, out, err } = await runCli(args)
    expect([code, out]).toEqual([2, ''])
    expect(err).toMatch(line)
  })
})

describe('where there is no history', () => {
  it.each([
    ['store', 'info'],
    ['store', 'verify'],
    ['store', 'accept'],
    ['backup', join(folder, 'b0')],
    ['store', 'prune'],
  ])('%s %s says so, and how to name another folder', async (...args) => {
    const { code, out, err } = await runCli([...args, '--data', join(folder, 'empty')])
    expect([code, out]).toEqual([1, ''])
    expect(err).toMatch(/^netstats: There is no history in .*empty\/history; name the data folder .*--data DIR/)
    expect(existsSync(join(folder, 'empty'))).toBe(false)
  })

  it('nothing is restored from what is no backup', async () => {
    writeFileSync(join(folder, 'a-file'), '')
    for (const place of ['missing', 'a-file', '.']) {
      const { code, err } = await runCli(['restore', join(folder, place), '--data', join(folder, 'empty')])
      expect(code).toBe(1)
      expect(err).toMatch(
        /^netstats: (There is no backup at|.* is no backup: it has no manifest\.json).*STORE_BACKUP_INVALID\)\n$/,
      )
    }
    expect(existsSync(join(folder, 'empty'))).toBe(false)
  })
})

describe.each(['backup', 'restore'])('netstats %s', (command) => {
  it('has a help with examples', async () => {
    const { code, out } = await runCli([command, '--help'])
    expect([code, out]).toEqual([0, expect.stringMatching(new RegExp(`Examples:\n.*netstats ${command} /backups`))])
  })
})

describe('a history', () => {
  const data = join(folder, 'data')
  const config = join(folder, 'server.yaml')
  const backup = join(folder, 'backup')
  const store = (...args: string[]) => runCli(['store', ...args])
  const cli = (...args: string[]) => runCli(args)

  beforeAll(async () => {
    writeFileSync(config, JSON.stringify({ data, listen: '127.0.0.1:0' }))
    await using server = startCli(['server', '--config', config], { NETSTATS_ETHSTATS_SECRET: 'hush-hush' })
    await server.seen(/listening/)
    // While it runs, it is the server that answers.
    const { code, out } = await store('info', '--config', config, '--json')
    expect([code, (JSON.parse(out) as { running: boolean }).running]).toEqual([0, true])
    const refused = await cli('restore', backup, '--config', config, '--force')
    expect([refused.code, refused.err]).toEqual([
      1,
      expect.stringContaining('stop it before what it keeps is replaced'),
    ])
    server.child.kill('SIGTERM')
    expect((await server.ended).code).toBe(0)
  })

  it('is found by configuration, flag or variable', async () => {
    for (const [args, env] of [
      [['--config', config], {}],
      [['--data', data], {}],
      [['--config', '/dev/null'], { NETSTATS_DATA: data }],
    ] as const) {
      const { code, out, err } = await runCli(['store', 'info', ...args], env)
      expect([code, err]).toEqual([0, ''])
      expect(out).toMatch(/^History in .*\/data\/history\n {2}duckdb .*no server runs on it\n/)
      expect(out).toMatch(/^ {2}kept +1 /m)
    }
  })

  it('is verified, pruned, backed up and restored', async () => {
    expect(await store('verify', '--data', data)).toMatchObject({
      code: 0,
      out: expect.stringContaining('nothing is wrong'),
      err: '',
    })
    expect(await store('prune', '--data', data, '--dry-run', '--json')).toMatchObject({
      code: 0,
      out: '{"dryRun":true,"files":[],"bytes":0}\n',
    })
    expect(await cli('backup', backup, '--data', data)).toMatchObject({ code: 0, err: '' })
    const again = await cli('backup', backup, '--data', data)
    expect([again.code, again.err]).toEqual([1, expect.stringMatching(/exists already; choose another folder/)])

    const taken = await cli('restore', backup, '--data', data)
    expect([taken.code, taken.err]).toEqual([1, expect.stringContaining('--force')])
    const restored = await cli('restore', backup, '--data', data, '--force')
    expect([restored.code, restored.err]).toEqual([0, ''])
    expect(readdirSync(data).filter((name) => name.startsWith('history')).length).toBe(2)
    expect(await store('verify', '--data', data)).toMatchObject({ code: 0 })
  })

  it('that is damaged ends verify with 1 and a table of what is wrong', async () => {
    const hurt = join(folder, 'hurt')
    await cli('restore', backup, '--data', hurt)
    writeFileSync(join(hurt, 'history/raw-2026-11-23T18-6h.duckdb'), 'this is no database of anybody')
    const { code, out, err } = await store('verify', '--data', hurt)
    expect(code).toBe(1)
    expect(out).toMatch(/1 finding\.\n {2}error +raw-2026-11-23T18-6h\.duckdb: .*not a database of Netstats/)
    expect(err).toMatch(/^netstats: the history has 1 error; /)
    expect((await store('info', '--data', hurt)).out).toContain(
      'ATTENTION\n  raw-2026-11-23T18-6h.duckdb cannot be used',
    )
    const accepted = await store('accept', '--data', hurt)
    expect(accepted).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^Nothing is lost.*\nNone of the store's own/),
    })
    const copy = await cli('backup', join(folder, 'rest'), '--data', hurt)
    expect(copy.code).toBe(0)
    expect(copy.err).toMatch(/^netstats: raw-2026-11-23T18-6h.duckdb is not whole in the backup: /)
  })
})
