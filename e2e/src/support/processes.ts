import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { connect, createServer } from 'node:net'
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

// Below what the system gives to outgoing connections and to listeners that name no port, so that nothing takes a free
// port before the process under test does. Each process of the tests has a hundred: files run side by side.
const ports = { first: 12_000 + (process.pid % 200) * 100, given: 0 }

export const freePort = async (): Promise<number> => {
  for (let tries = 0; tries < 100; tries++) {
    const port = ports.first + (ports.given++ % 100)
    const isFree = await new Promise<boolean>((done) => {
      const probe = createServer().once('error', () => done(false))
      probe.listen(port, '127.0.0.1', () => probe.close(() => done(true)))
    })
    if (isFree) return port
  }
  throw new Error(`no free port from ${ports.first} on`)
}

/** Whether something listens on a TCP port of this machine. */
export const listens = (port: number): Promise<boolean> =>
  new Promise((done) => {
    const socket = connect({ port, host: '127.0.0.1' })
    socket.once('connect', () => {
      socket.destroy()
      done(true)
    })
    socket.once('error', () => done(false))
  })

/** Asks until the answer is there, for a minute unless told. `what` names it where it never came or the process ended. */
export const until = async <T>(
  what: string,
  ask: () => Promise<T | undefined>,
  running?: Running,
  withinMs = 60_000,
): Promise<T> => {
  const giveUpAt = performance.now() + withinMs
  let ended: number | string | undefined
  let fault: unknown
  void running?.exit.then((code) => {
    ended = code
  })
  for (;;) {
    const answer = await ask().catch((error: unknown) => {
      fault = error
      return undefined
    })
    if (answer !== undefined) return answer
    if (ended !== undefined) throw new Error(`${what}: the process ended with ${ended}\n${running?.output() ?? ''}`)
    if (performance.now() > giveUpAt) throw new Error(`${what}: not within ${withinMs} ms`, { cause: fault })
    await new Promise((done) => setTimeout(done, 50))
  }
}

export const temporaryFolder = (name: string): string => mkdtempSync(join(tmpdir(), `netstats-${name}-`))

/** Samples of `/metrics` by name and labels as they are written: `netstats_server_nodes{network="1"}`. */
export type Samples = ReadonlyMap<string, number>

export interface ServerProcess extends Running {
  readonly port: number
  readonly secret: string
  readonly url: string
  /** A JSON answer of the REST interface, or undefined where it does not answer 200. */
  get(path: string): Promise<unknown>
  samples(): Promise<Samples>
  /** One sample of `/metrics`, summed over all label sets that contain `labels`; 0 where there is none. */
  metric(name: string, labels?: Readonly<Record<string, string>>): Promise<number>
}

export interface ServerSettings {
  /** Contents of its configuration file. */
  readonly settings?: object
  readonly port?: number
  readonly secret?: string
  /** Kept after its end where it is given. */
  readonly data?: string
  /** How long a node whose connection ended stays active; not at all unless told, so that tests need not wait for it. */
  readonly reconnectGrace?: string
}

export const startServer = async (options: ServerSettings = {}): Promise<ServerProcess> => {
  const port = options.port ?? (await freePort())
  const secret = options.secret ?? 'end-to-end secret'
  const folder = temporaryFolder('server')
  const args = ['server', '--listen', `127.0.0.1:${port}`, '--data', options.data ?? join(folder, 'data')]
  if (options.settings !== undefined) {
    const file = join(folder, 'server.yaml')
    // JSON is YAML.
    writeFileSync(file, JSON.stringify(options.settings))
    args.push('--config', file)
  }
  const running = netstats(args, {
    NETSTATS_ETHSTATS_SECRET: secret,
    NETSTATS_NODES_RECONNECT_GRACE: options.reconnectGrace ?? '0s',
  })
  const url = `http://127.0.0.1:${port}`
  try {
    await until('server', async () => ((await fetch(`${url}/readyz`)).ok ? true : undefined), running)
  } catch (error) {
    // The caller gets no handle to end it by.
    running.kill('SIGKILL')
    await running.exit
    throw error
  }
  const samples = async (): Promise<Samples> => readSamples(await (await fetch(`${url}/metrics`)).text())
  return {
    ...running,
    port,
    secret,
    url,
    get: async (path) => {
      const answer = await fetch(url + path)
      return answer.ok ? answer.json() : undefined
    },
    samples,
    metric: async (name, labels = {}) => sumOf(await samples(), name, labels),
    async [Symbol.asyncDispose]() {
      await running[Symbol.asyncDispose]()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** Samples of a page of metrics. */
export const readSamples = (text: string): Samples => {
  const samples = new Map<string, number>()
  for (const line of text.split('\n')) {
    const end = line.lastIndexOf(' ')
    if (end > 0 && !line.startsWith('#')) samples.set(line.slice(0, end), Number(line.slice(end + 1)))
  }
  return samples
}

/** Of all label sets of a name that contain `labels`. */
export const sumOf = (samples: Samples, name: string, labels: Readonly<Record<string, string>> = {}): number => {
  let sum = 0
  for (const [key, value] of samples) {
    if (key !== name && !key.startsWith(`${name}{`)) continue
    if (Object.entries(labels).every(([label, wanted]) => key.includes(`${label}="${wanted}"`))) sum += value
  }
  return sum
}

export interface AgentProcess extends Running {
  readonly data: string
}

export interface AgentSettings {
  readonly name: string
  readonly rpc: string
  readonly server: Pick<ServerProcess, 'port' | 'secret'>
  /** Ports of further servers it reports to, with the same secret. */
  readonly alsoTo?: readonly number[]
  /** Kept after its end where it is given. */
  readonly data?: string
  /** Where it serves `/metrics`; nowhere where it is left out. */
  readonly metricsPort?: number
}

export const startAgent = ({
  name,
  rpc,
  server,
  alsoTo = [],
  data: kept,
  metricsPort,
}: AgentSettings): AgentProcess => {
  const data = kept ?? temporaryFolder('agent')
  const args = ['agent', '--name', name, '--rpc', rpc, '--data', data]
  for (const port of [server.port, ...alsoTo]) args.push('--ethstats', `ws://127.0.0.1:${port}`)
  if (metricsPort !== undefined) args.push('--metrics-listen', `127.0.0.1:${metricsPort}`)
  const running = netstats(args, { NETSTATS_ETHSTATS_SECRET: server.secret })
  return {
    ...running,
    data,
    async [Symbol.asyncDispose]() {
      await running[Symbol.asyncDispose]()
      if (kept === undefined) rmSync(data, { recursive: true, force: true })
    },
  }
}

/** The anvil binary itself: its npm wrapper would survive as an orphan when it is killed hard. */
const anvilBinary = (): string => {
  const load = createRequire(createRequire(import.meta.url).resolve('@foundry-rs/anvil/package.json'))
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

export const startAnvil = async (
  options: { readonly port?: number; readonly args?: readonly string[] } = {},
): Promise<Anvil> => {
  const port = options.port ?? (await freePort())
  const running = run(anvilBinary(), ['--port', String(port), ...(options.args ?? ['--block-time', '1'])])
  const http = `http://127.0.0.1:${port}`
  const ask = {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"jsonrpc":"2.0","id":1,"method":"eth_chainId"}',
  }
  await until('anvil', async () => ((await fetch(http, ask)).ok ? true : undefined), running)
  return { ...running, port, http, ws: `ws://127.0.0.1:${port}` }
}
