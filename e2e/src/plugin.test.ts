/** A plugin as an outside user has it: a package installed in a folder of its own, named in two configurations. */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { freePort, netstats, temporaryFolder, until } from './support/processes.ts'

const example = resolve(import.meta.dirname, '../../plugins/example')
const plugin = 'netstats-plugin-example'
const folder = temporaryFolder('plugin')
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const npm = (args: readonly string[], cwd: string): string =>
  execFileSync('npm', [...args, '--no-audit', '--no-fund', '--offline'], { cwd, encoding: 'utf8', stdio: 'pipe' })

beforeAll(() => {
  const name = npm(['pack', '--silent', '--pack-destination', folder], example).trim().split('\n').at(-1) ?? ''
  writeFileSync(join(folder, 'package.json'), '{ "name": "outside", "private": true }\n')
  npm(['install', `./${name}`], folder)
})

const write = (name: string, content: string): string => {
  const file = join(folder, name)
  writeFileSync(file, content)
  return file
}
interface Line {
  readonly kind: string
  readonly node: string
  readonly body: Readonly<Record<string, unknown>>
}
const linesOf = (name: string): readonly Line[] => {
  const file = join(folder, name)
  const text = existsSync(file) ? readFileSync(file, 'utf8') : ''
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Line)
}
/** All that a command says that is to refuse. */
const refusal = async (args: readonly string[]): Promise<string> => {
  await using running = netstats(args)
  const code = await running.exit
  expect(code, running.output()).not.toBe(0)
  return running.output()
}

describe('a plugin that is installed outside the repository', () => {
  it('brings a source and a sink to an agent, and a sink and an analyzer to a server', async () => {
    const port = await freePort()
    write('secret', 'hush\n')
    write('level', '3\n')
    const serverFile = write(
      'server.yaml',
      `plugins: [${plugin}]
listen: "127.0.0.1:${port}"
data: ${join(folder, 'server-data')}
ethstats: { secret: { file: secret } }
auth: { open: false }
history: { flushEvery: 100ms }
analyzers: [{ type: threshold, metric: level, above: 10 }]
sinks: [{ type: json-lines, file: server.jsonl, kinds: [metric, alarm] }]
`,
    )
    const agentFile = write(
      'agent.yaml',
      `plugins: [${plugin}]
sources: [{ type: gauge-file, node: pump-1, network: "4242", file: level, metric: level, interval: 100ms }]
sinks:
  - { type: json-lines, file: agent.jsonl }
  - { type: netstats, endpoint: "ws://127.0.0.1:${port}", secret: { file: secret } }
data: ${join(folder, 'agent-data')}
`,
    )
    await using server = netstats(['server', '--config', serverFile])
    await using agent = netstats(['agent', '--config', agentFile])
    const metric = (line: Line, value: number): boolean => line.kind === 'metric' && line.body['value'] === value
    await until(
      'the value at the sink of the agent',
      async () => linesOf('agent.jsonl').some((line) => metric(line, 3)) || undefined,
      agent,
    )
    await until(
      'the value at the sink of the server',
      async () => linesOf('server.jsonl').some((line) => metric(line, 3)) || undefined,
      server,
    )

    const steps = (): readonly unknown[] =>
      linesOf('server.jsonl')
        .filter(({ kind }) => kind === 'alarm')
        .map(({ body }) => body['step'])
    write('level', '11\n')
    await until('the alarm', async () => steps().includes('raised') || undefined, server)
    write('level', '9\n')
    await until('its end', async () => steps().includes('cleared') || undefined, server)
    expect(steps()).toEqual(['raised', 'cleared'])
    const alarms = await until(
      'the alarm in the history',
      async () => {
        const answer = await fetch(`http://127.0.0.1:${port}/api/v1/networks/4242/history/alarms`)
        const text = await answer.text()
        return text.includes('cleared') ? text : undefined
      },
      server,
    )
    expect(alarms).toContain('level is 11, the limit is 10')
    const health = await (await fetch(`http://127.0.0.1:${port}/api/v1/networks/4242/nodes`)).text()
    expect(health).toContain('pump-1')
  })

  it('is checked, and listed in samples, like what is built in', async () => {
    await using check = netstats([
      'check-config',
      write(
        'good.yaml',
        `plugins: [${plugin}]\nsources: [{ type: gauge-file, network: "1", file: level }]\nsinks: [{ type: json-lines, file: x }]\n`,
      ),
    ])
    expect(await check.exit, check.output()).toBe(0)
    await using sample = netstats(['sample-config', 'agent', '--plugin', example])
    await sample.exit
    expect(sample.output()).toMatch(/# Reports the number in a file as a metric/)
  })
})

describe('a plugin that cannot be used', () => {
  const rest = 'sources: [{ type: host }]\nsinks: [{ type: ethstats, endpoint: ws://h }]\n'
  const checked = (name: string, text: string): Promise<string> => refusal(['agent', '--config', write(name, text)])
  const pathPlugin = (name: string, source: string): string => {
    mkdirSync(join(folder, 'own'), { recursive: true })
    write(`own/${name}`, source)
    return `./own/${name}`
  }

  it('because it is not installed', async () => {
    const said = await checked('missing.yaml', `# a file\nplugins:\n  - netstats-plugin-nowhere\n${rest}`)
    expect(said).toContain(
      `missing.yaml:3:5: plugins[0]: the package "netstats-plugin-nowhere" is not installed in ${folder} or above; run "npm install netstats-plugin-nowhere" there, or name a path that begins with ./`,
    )
  })

  it('because there is nothing at its path', async () => {
    expect(await checked('path.yaml', `plugins: [./nothing.ts]\n${rest}`)).toContain(
      `path.yaml:1:11: plugins[0]: there is no file ${join(folder, 'nothing.ts')}`,
    )
  })

  it('because it is written for another version', async () => {
    const path = pathPlugin(
      'newer.ts',
      `import { definePlugin } from '@netstats/sdk'\nexport default definePlugin({ name: 'newer', apiVersion: 2 })\n`,
    )
    expect(await checked('version.yaml', `plugins: [${path}]\n${rest}`)).toContain(
      'version.yaml:1:11: plugins[0]: "newer" is written for version 2 of the plugin interface, this Netstats has version 1; update Netstats',
    )
  })

  it('because it brings a type that is there already', async () => {
    const path = pathPlugin(
      'again.ts',
      `import { definePlugin, defineSource } from '@netstats/sdk'
import { z } from '@netstats/sdk/config'
const open = (): never => { throw new Error('never') }
const host = defineSource({ type: 'host', summary: 'Another', config: z.strictObject({}), open })
export default definePlugin({ name: 'again', apiVersion: 1, sources: [host] })
`,
    )
    expect(await checked('again.yaml', `plugins: [${path}]\n${rest}`)).toContain(
      '"again" brings a type "host" of sources, which "@netstats/components" has already; leave one of the two out',
    )
  })

  it('because it is no plugin, or cannot be loaded', async () => {
    const empty = pathPlugin('empty.ts', 'export const nothing = 1\n')
    const broken = pathPlugin('broken.ts', `throw new Error('no luck')\n`)
    const said = await checked('broken.yaml', `plugins: [${empty}, ${broken}]\n${rest}`)
    expect(said).toContain('plugins[0]: its default export is not a plugin')
    expect(said).toContain('plugins[1]: "./own/broken.ts" cannot be loaded: no luck')
  })

  it('because of its options, which are checked like all others', async () => {
    const options = `plugins: [${plugin}]
sources:
  - type: gauge-file
    network: "4242"
    fle: level
sinks: [{ type: json-lines, file: x }]
`
    const said = await checked('options.yaml', options)
    expect(said).toContain('options.yaml:5:5: sources[0].fle: unknown key; did you mean "file"?')
    const server = write(
      'options-server.yaml',
      `plugins: [${plugin}]\nanalyzers:\n  - { type: threshold, metric: level, above: much }\n`,
    )
    expect(await refusal(['server', '--config', server])).toContain(
      'options-server.yaml:3:46: analyzers[0].above: found "much", expected a number',
    )
  })
})
