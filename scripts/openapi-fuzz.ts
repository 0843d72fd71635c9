/**
 * Holds a real server to its own OpenAPI description: schemathesis reads /api/v1/openapi.json and asks what it allows,
 * and what it does not. `npm run proof:api` takes some minutes; `--short` is what `npm test` runs.
 *
 *     node scripts/openapi-fuzz.ts [--short] [--examples 100] [--seed 1]
 */
import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { createRecordingLogger } from '@netstats/sdk/testing'
import { storeBatchOf } from '@netstats/store/testing'
import { historyFolder } from '../packages/server/src/data-folder/folders.ts'
import { strangeNode, worldEnd, worldRows } from '../packages/server/src/api/history/testing/world.ts'
import { movedBy } from '../packages/server/src/api/history/testing/moved.ts'
import { serverConfig } from '../packages/server/src/config.ts'
import { blockFrame, helloFrame, latencyFrame, pendingFrame } from '../packages/server/src/gateway/ethstats/testing.ts'
import { openServer } from '../packages/server/src/server.ts'
import { openDuckStore } from '@netstats/store/duckdb'
import { findSchemathesis, schemathesisCure } from './schemathesis.ts'

const { values: flags } = parseArgs({
  options: {
    short: { type: 'boolean', default: false },
    examples: { type: 'string' },
    seed: { type: 'string', default: '1' },
  },
})
const examples = flags.examples ?? (flags.short ? '5' : '100')

/** What an answer must be. Left out: that everything of the right form is accepted; a range may still end before it begins. */
const checks = [
  'not_a_server_error',
  'status_code_conformance',
  'content_type_conformance',
  'response_headers_conformance',
  'response_schema_conformance',
  'negative_data_rejection',
  'unsupported_method',
  'allow_header_conformance',
]

/** Places that are there: with made-up ones most answers are that there is no such thing. */
const thatAre = `[parameters]
"path.network" = "1337"
"path.node" = "node-0"
"path.block" = "20"
`

const program = findSchemathesis((line) => process.stderr.write(`${line}\n`))
if (program === undefined) {
  process.stderr.write(`no schemathesis: ${schemathesisCure}\n`)
  process.exit(1)
}

const folder = mkdtempSync(join(tmpdir(), 'netstats-openapi-'))
const config = serverConfig.parse({ listen: '127.0.0.1:0', data: join(folder, 'data'), ethstats: { secret: 's3cret' } })

/** An hour that ends now. */
const fillHistory = async (): Promise<void> => {
  mkdirSync(config.data, { recursive: true })
  await using store = await openDuckStore({
    directory: historyFolder(config.data),
    retention: config.history.retention,
  })
  await store.write(storeBatchOf(movedBy(worldRows(), Date.now() - worldEnd)))
}

/** Agents that say a little of everything. */
const logIn = async (url: string, id: string): Promise<WebSocket> => {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/api`)
  await new Promise((resolve, reject) => {
    socket.addEventListener('error', reject)
    socket.addEventListener('message', resolve)
    socket.addEventListener('open', () => socket.send(helloFrame(id)))
  })
  for (let number = 60; number < 70; number++) socket.send(blockFrame(id, number))
  socket.send(pendingFrame(id))
  socket.send(latencyFrame(id))
  return socket
}

interface Run {
  readonly settings?: string
  /** An API token; without one nothing may be administered. */
  readonly token?: string
}

const schemathesis = (url: string, name: string, phases: string, { settings = '', token }: Run = {}): Promise<number> =>
  new Promise((resolve, reject) => {
    const file = join(folder, `${name}.toml`)
    writeFileSync(file, settings)
    const args = ['--config-file', file, 'run', `${url}/api/v1/openapi.json`, '--checks', checks.join(',')]
    args.push('--seed', flags.seed, '--max-examples', examples, '--workers', '1', '--continue-on-failure')
    args.push('--phases', phases, '--warnings', 'off', '--no-color')
    if (token !== undefined) args.push('--header', `Authorization: Bearer ${token}`)
    const child = spawn(program, args, { cwd: folder, stdio: ['ignore', 'pipe', 'inherit'] })
    let output = ''
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString()
    })
    child.on('error', reject)
    child.on('close', (code) => {
      const cases = /(\d+) generated/.exec(output)?.[1] ?? 'no'
      process.stdout.write(code === 0 ? `${name}: ${cases} requests, no failure\n` : `${name}:\n${output}`)
      resolve(code ?? 1)
    })
  })

let failures = 0
try {
  await fillHistory()
  const log = createRecordingLogger()
  const server = await openServer({ config, log, version: '0.0.0' })
  const agents = await Promise.all(['node-0', strangeNode].map((id) => logIn(server.url, id)))
  try {
    const who = { name: 'openapi-fuzz', via: 'server', address: '' } as const
    const { token } = server.auth.admin.users.addWithToken(who, { name: 'openapi-fuzz', role: 'admin' })
    const run = { settings: thatAre, token }
    failures += await schemathesis(server.url, 'names that are', 'coverage,fuzzing,stateful', run)
    failures += await schemathesis(server.url, 'names made up', flags.short ? 'fuzzing' : 'coverage,fuzzing,stateful')
    const errors = log.entries.filter((entry) => entry.level === 'error')
    failures += errors.length
    for (const { message, fields } of errors.slice(0, 10)) process.stdout.write(`logged: ${message} ${fault(fields)}\n`)
  } finally {
    for (const agent of agents) agent.close()
    await server[Symbol.asyncDispose]()
  }
} finally {
  rmSync(folder, { recursive: true, force: true })
}
process.exit(failures === 0 ? 0 : 1)

function fault(fields: Readonly<Record<string, unknown>>): string {
  const { error, ...rest } = fields
  return `${JSON.stringify(rest)} ${error instanceof Error ? (error.stack ?? error.message) : ''}`
}
