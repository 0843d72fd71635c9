import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { bin, runCli, startCli } from './testing/run-cli.ts'

const folder = mkdtempSync(join(tmpdir(), 'netstats-cli-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const fileOf = (name: string, text: string): string => {
  const path = join(folder, name)
  writeFileSync(path, text)
  return path
}
const commands = ['up', 'demo', 'server', 'agent', 'check-config', 'sample-config', 'headers', 'version']

describe('help', () => {
  it('names every command, on standard output', async () => {
    const { code, out, err } = await runCli(['--help'])
    expect([code, err]).toEqual([0, ''])
    for (const command of commands) expect(out).toMatch(new RegExp(`^ {2}${command}`, 'm'))
  })

  it.each(commands)('of %s shows examples and exit codes', async (command) => {
    const { code, out } = await runCli([command, '--help'])
    expect(code).toBe(0)
    expect(out).toMatch(new RegExp(`Examples:\n(.*\n)*.*netstats ${command}`))
    expect(out).toContain('2  wrong use')
  })

  it('is what one gets for no command at all, as wrong use', async () => {
    const { code, out, err } = await runCli([])
    expect([code, out]).toEqual([2, ''])
    expect(err).toContain('netstats: say what to run, for example: netstats up')
  })
})

describe('wrong use', () => {
  it.each([
    [['agnt'], "netstats: unknown command 'agnt' (Did you mean agent?) (see netstats --help)\n"],
    [
      ['server', '--lisen', ':1'],
      "netstats: unknown option '--lisen' (Did you mean --listen?) (see netstats server --help)\n",
    ],
    [['agent', '--rpc'], "netstats: option '--rpc <url>' argument missing (see netstats agent --help)\n"],
    [['check-config'], "netstats: missing required argument 'file' (see netstats check-config --help)\n"],
    [['sample-config', 'toaster'], 'netstats: there is no sample of "toaster"; say agent or server\n'],
    [
      ['demo', '--block-time', '0'],
      'netstats: --block-time: found "0", expected a whole number of seconds from 1 to 60\n',
    ],
    [
      ['demo', '--engine', 'pow'],
      'netstats: --engine: found "pow", expected one of clique, aura, ibft1, ibft2, qbft\n',
    ],
    [['demo', '--validators', '2'], 'netstats: --validators: found "2", expected a whole number from 3 to 21\n'],
    [['demo', '--script', 'deadlock'], 'netstats: --script: deadlock has nothing to play with 5 validators of qbft\n'],
    [
      ['agent', '--ethstats', 'ws://h'],
      'netstats: no node to watch; name one with --rpc URL, something else with --log-file PATH, --statsd or --syslog ADDRESS, or a file with --config FILE\n',
    ],
    [
      ['agent', '--rpc', 'ws://h'],
      'netstats: no server to report to; name one with --server URL or --ethstats URL, or a file with --config FILE\n',
    ],
  ])('%j ends with 2 and one line', async (args, line) => {
    expect(await runCli(args)).toEqual({ code: 2, out: '', err: line })
  })

  it('names every wrong flag at once', async () => {
    const { code, err } = await runCli([
      'agent',
      '--rpc',
      'localhost',
      '--ethstats',
      'ftp://h',
      '--metrics-listen',
      'x',
    ])
    expect(code).toBe(2)
    expect(
      err
        .trimEnd()
        .split('\n')
        .map((line) => line.slice(0, line.indexOf(':'))),
    ).toEqual(['--rpc', '--ethstats', '--metrics-listen'])
  })

  it('names the wrong variable', async () => {
    const { code, err } = await runCli(['server'], { NETSTATS_LISTEN: 'somewhere' })
    expect(code).toBe(2)
    expect(err).toMatch(/^NETSTATS_LISTEN: found "somewhere", expected an address/)
  })

  it('names file, line and column of a faulty configuration', async () => {
    const file = fileOf('bad.yaml', 'listen: here\nethstats:\n  secrt: hush\n')
    const { code, err } = await runCli(['server', '--config', file])
    expect(code).toBe(2)
    expect(err).toBe(
      `${file}:1:9: listen: found "here", expected an address to listen on, such as 127.0.0.1:3000, "[::1]:3000" or :3000 for every address\n` +
        `${file}:3:3: ethstats.secrt: unknown key; did you mean "secret"?\n`,
    )
  })
})

describe('configuration files', () => {
  it.each(['agent', 'server'])('a sample of an %s is a good configuration', async (kind) => {
    const sample = await runCli(['sample-config', kind])
    expect([sample.code, sample.err]).toEqual([0, ''])
    const file = fileOf(`${kind}.yaml`, sample.out)
    expect(await runCli(['check-config', '--kind', kind, file])).toEqual({
      code: 0,
      out: `${file}: a good ${kind} configuration\n`,
      err: '',
    })
  })

  it.each(['agent', 'server'])('a sample of an %s shows nothing as a default that is none', async (kind) => {
    const { out } = await runCli(['sample-config', kind])
    for (const line of out.split('\n')) expect(line).not.toMatch(/^\s*#(?!retries:)\S+: (?:1|\.\.\.)$/)
    // Further shapes of a list item begin with a dash that is switched off, and stay so, to the end of the section.
    const switchedOn = out.replaceAll(/^ +#- [\s\S]*?(?=^[^\s])/gm, '').replaceAll(/^(\s*(?:- )?)#(?=\S+: #)/gm, '$1')
    expect(switchedOn).not.toBe(out)
    const checked = await runCli(['check-config', '--kind', kind, fileOf(`on-${kind}.yaml`, switchedOn)])
    expect([checked.code, checked.err]).toEqual([0, ''])
  })

  it('name files that are not there, and times that contradict each other', async () => {
    const check = async (text: string): Promise<string> => {
      const { code, err } = await runCli(['check-config', fileOf('files.yaml', text)])
      expect(code).not.toBe(0)
      return err
    }
    const server = 'listen: 127.0.0.1:3000\n'
    expect(await check(`${server}tls: { cert: /nope.pem, key: /nope.key }\n`)).toMatch(
      /\/nope\.\w+ cannot be read \(ENOENT\)/,
    )
    expect(await check(`${server}geo: { database: /nope.mmdb }\n`)).toContain('/nope.mmdb cannot be read')
    const retention = await check(`${server}history: { retention: { raw: 30d, minutes: 7d, hours: 1d } }\n`)
    expect(retention).toContain('history.retention.raw: 30d is longer than minutes is kept, 7d')
    expect(retention).toContain('history.retention.minutes: 7d is longer than hours is kept, 1d')
    const agent = 'sources: [{ type: ethereum, endpoint: http://h:1 }]\nsinks: [{ type: netstats, endpoint: ws://h, '
    expect(await check(`${agent}keyFile: /nope.pem }]\n`)).toContain('sinks[0].keyFile: /nope.pem cannot be read')
    expect(await check(`${agent}tls: { ca: /nope.pem } }]\n`)).toContain('sinks[0].tls.ca: /nope.pem cannot be read')
  })

  it('tell by their keys what they configure', async () => {
    const server = fileOf('s.yaml', 'listen: 127.0.0.1:3000\nethstats:\n  secret: "s"\n')
    const agent = fileOf(
      'a.yaml',
      'sources: [{ type: ethereum, endpoint: http://h:1 }]\nsinks: [{ type: ethstats, endpoint: ws://h }]\n',
    )
    expect((await runCli(['check-config', server])).out).toContain('good server')
    expect((await runCli(['check-config', agent])).out).toContain('good agent')
  })

  it('that tell nothing need a word', async () => {
    const { code, err } = await runCli(['check-config', fileOf('empty.yaml', '')])
    expect(code).toBe(2)
    expect(err).toContain('--kind agent or --kind server')
  })

  it('that are missing are named', async () => {
    const { code, err } = await runCli(['check-config', '/nowhere.yaml'])
    expect([code, err]).toEqual([2, '/nowhere.yaml: the configuration file does not exist\n'])
  })
})

describe('failures at run time', () => {
  it('name the port that is in use and how to choose another', async () => {
    const other = createServer().listen(0, '127.0.0.1')
    await new Promise((resolve) => other.once('listening', resolve))
    const { port } = other.address() as AddressInfo
    const { code, err } = await runCli([
      'server',
      '--listen',
      `127.0.0.1:${port}`,
      '--data',
      join(folder, 'd1'),
      '--log-level',
      'silent',
    ])
    other.close()
    expect(code).toBe(1)
    expect(err).toBe(
      `netstats: 127.0.0.1:${port} is in use by another program; stop it, or choose another port with --listen (an agent: --metrics-listen)\n`,
    )
  })

  it('name a folder that the system does not make', async () => {
    const { code, err } = await runCli(['server', '--listen', '127.0.0.1:0', '--data', '/proc/netstats/data'])
    expect(code).toBe(1)
    expect(err).toMatch(
      /^netstats: the data folder \/proc\/netstats\/data cannot be made .*choose another with --data DIR\n$/,
    )
  })

  it('name the data folder that cannot be used', async () => {
    const file = fileOf('in-the-way', '')
    const { code, err } = await runCli(['server', '--listen', '127.0.0.1:0', '--data', file])
    expect(code).toBe(1)
    expect(err).toBe(
      `netstats: the data folder ${file} cannot be made: a file is in its way; choose another with --data DIR\n`,
    )
  })
})

describe('a reader that has seen enough', () => {
  it('ends nothing with a fault', async () => {
    const shell = spawn('/bin/sh', ['-c', `'${process.execPath}' '${bin}' sample-config agent | head -n 1`], {
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let err = ''
    shell.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()))
    await new Promise((resolve) => shell.once('close', resolve))
    expect(err).toBe('')
  })
})

describe('server', () => {
  const args = ['server', '--listen', '127.0.0.1:0', '--data', join(folder, 'server')]

  it.each(['SIGTERM', 'SIGINT'] as const)('is ready when it says so and ends cleanly on %s', async (signal) => {
    await using server = startCli(args, { NETSTATS_ETHSTATS_SECRET: 'hush-hush' })
    const [, address] = await server.seen(/"address":"([^"]+)".*listening/)
    expect((await fetch(`http://${address}/readyz`)).status).toBe(200)
    server.child.kill(signal)
    const { code, err } = await server.ended
    expect(code).toBe(0)
    expect(err).not.toContain('hush-hush')
  })

  it('ends with the shell that npm ran it in', async () => {
    // npm kills the shell, which passes nothing on; only the loss of its parent tells the server.
    const shell = spawn('/bin/sh', ['-c', `'${process.execPath}' '${bin}' ${args.join(' ')} 2>&1; true`], {
      env: { ...process.env, npm_lifecycle_event: 'npx' },
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    const closed = new Promise((resolve) => shell.stdout.once('close', resolve))
    await new Promise<void>((resolve) =>
      shell.stdout.on('data', (chunk: Buffer) => chunk.includes('"listening"') && resolve()),
    )
    shell.kill('SIGKILL')
    // The pipe closes when the last process that writes to it has ended.
    await closed
  })
})
