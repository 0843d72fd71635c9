import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'

const root = resolve(import.meta.dirname, '../../..')
const command = join(root, 'packages/cli/bin/netstats.mjs')

/** A process under test. Its output is kept (bounded), so that a failing test can say why. */
export interface Running extends AsyncDisposable {
  readonly pid: number
  output(): string
  /** Resolves with the exit code, or the signal's name. */
  readonly exit: Promise<number | string>
  kill(signal: NodeJS.Signals): void
}

const maxOutput = 200_000

export const run = (file: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): Running => {
  const child: ChildProcess = spawn(file, args, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...env } })
  let output = ''
  const keep = (chunk: Buffer): void => {
    output = (output + chunk.toString()).slice(-maxOutput)
  }
  child.stdout?.on('data', keep)
  child.stderr?.on('data', keep)
  const exit = new Promise<number | string>((done) =>
    child.once('exit', (code, signal) => done(code ?? signal ?? 'gone')),
  )
  return {
    pid: child.pid ?? 0,
    output: () => output,
    exit,
    kill: (signal) => child.kill(signal),
    async [Symbol.asyncDispose]() {
      child.kill('SIGTERM')
      const force = setTimeout(() => child.kill('SIGKILL'), 10_000)
      await exit
      clearTimeout(force)
    },
  }
}

/** The `netstats` command as an operator would call it. */
export const netstats = (args: readonly string[], env: Readonly<Record<string, string>> = {}): Running =>
  run(process.execPath, [command, ...args], env)

export const freePort = (): Promise<number> =>
  new Promise((done, reject) => {
    const probe = createServer().once('error', reject)
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address()
      probe.close(() => (address && typeof address === 'object' ? done(address.port) : reject(new Error('no port'))))
    })
  })

/** Asks until the answer is there; the test's own time-out is the bound. `what` names it when the process ended instead. */
export const until = async <T>(what: string, ask: () => Promise<T | undefined>, running?: Running): Promise<T> => {
  let ended: number | string | undefined
  void running?.exit.then((code) => {
    ended = code
  })
  for (;;) {
    const answer = await ask().catch(() => undefined)
    if (answer !== undefined) return answer
    if (ended !== undefined) throw new Error(`${what}: the process ended with ${ended}\n${running?.output() ?? ''}`)
    await new Promise((done) => setTimeout(done, 50))
  }
}

const temporaryFolder = (name: string): string => mkdtempSync(join(tmpdir(), `netstats-${name}-`))

export interface ServerProcess extends Running {
  readonly port: number
  readonly secret: string
  readonly url: string
  /** A JSON answer of the REST interface, or undefined where it does not answer 200. */
  get(path: string): Promise<unknown>
  /** One sample of `/metrics`, summed over all label sets that contain `labels`; 0 where there is none. */
  metric(name: string, labels?: Readonly<Record<string, string>>): Promise<number>
}

export const startServer = async (
  options: { readonly config?: string; readonly port?: number; readonly args?: readonly string[] } = {},
): Promise<ServerProcess> => {
  const port = options.port ?? (await freePort())
  const secret = 'end-to-end secret'
  const data = temporaryFolder('server')
  const running = netstats(
    [
      'server',
      ...['--listen', `127.0.0.1:${port}`, '--data', data],
      ...(options.config ? ['--config', options.config] : []),
      ...(options.args ?? []),
    ],
    { NETSTATS_ETHSTATS_SECRET: secret },
  )
  const url = `http://127.0.0.1:${port}`
  await until('server', async () => ((await fetch(`${url}/readyz`)).ok ? true : undefined), running)
  return {
    ...running,
    port,
    secret,
    url,
    get: async (path) => {
      const answer = await fetch(url + path)
      return answer.ok ? answer.json() : undefined
    },
    metric: async (name, labels = {}) => sumMetric(await (await fetch(`${url}/metrics`)).text(), name, labels),
    async [Symbol.asyncDispose]() {
      await running[Symbol.asyncDispose]()
      rmSync(data, { recursive: true, force: true })
    },
  }
}

const sumMetric = (text: string, name: string, labels: Readonly<Record<string, string>>): number => {
  let sum = 0
  for (const line of text.split('\n')) {
    if (!(line.startsWith(`${name}{`) || line.startsWith(`${name} `))) continue
    const matches = Object.entries(labels).every(([key, value]) => line.includes(`${key}="${value}"`))
    if (matches) sum += Number(line.slice(line.lastIndexOf(' ') + 1))
  }
  return sum
}

export interface AgentProcess extends Running {
  readonly data: string
}

export const startAgent = (options: {
  readonly name: string
  readonly rpc: string
  readonly server: ServerProcess
  readonly data?: string
}): AgentProcess => {
  const data = options.data ?? temporaryFolder('agent')
  const running = netstats(
    [
      'agent',
      ...['--name', options.name, '--rpc', options.rpc],
      ...['--ethstats', `ws://127.0.0.1:${options.server.port}`, '--data', data],
    ],
    { NETSTATS_ETHSTATS_SECRET: options.server.secret },
  )
  return {
    ...running,
    data,
    async [Symbol.asyncDispose]() {
      await running[Symbol.asyncDispose]()
      if (options.data === undefined) rmSync(data, { recursive: true, force: true })
    },
  }
}

/** The anvil binary itself: its npm wrapper would survive as an orphan when it is killed hard. */
const anvilBinary = (): string => {
  const load = createRequire(
    createRequire(join(root, 'packages/cli/package.json')).resolve('@foundry-rs/anvil/package.json'),
  )
  const system = { linux: 'linux', darwin: 'darwin', win32: 'win32' }[process.platform as string] ?? process.platform
  const machine = process.arch === 'arm64' ? 'arm64' : 'amd64'
  const folder = dirname(load.resolve(`@foundry-rs/anvil-${system}-${machine}/package.json`))
  const binary = join(folder, 'bin', process.platform === 'win32' ? 'anvil.exe' : 'anvil')
  if (!existsSync(binary)) throw new Error(`no anvil at ${binary}`)
  return binary
}

export interface Anvil extends Running {
  readonly port: number
  readonly http: string
  readonly ws: string
}

export const startAnvil = async (args: readonly string[] = ['--block-time', '1']): Promise<Anvil> => {
  const port = await freePort()
  const running = run(anvilBinary(), ['--port', String(port), ...args])
  const http = `http://127.0.0.1:${port}`
  const ask = {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"jsonrpc":"2.0","id":1,"method":"eth_chainId"}',
  }
  await until('anvil', async () => ((await fetch(http, ask)).ok ? true : undefined), running)
  return { ...running, port, http, ws: `ws://127.0.0.1:${port}` }
}
