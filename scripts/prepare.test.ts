import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { expect, it } from 'vitest'

const root = resolve(import.meta.dirname, '..')
const command = join(root, 'packages/cli/bin/netstats.mjs')
/** The part of Node that makes JavaScript of TypeScript takes 18 MB, for as long as the process lives. */
const atTheEnd = `process.on('exit', () => console.log('compiles', process.moduleLoadList.some((one) => one.includes('amaro'))))`
const watched = ['--import', `data:text/javascript,${encodeURIComponent(atTheEnd)}`]

it('npm ci warms all the code an agent loads, so that the first one is as small as the later ones', async () => {
  const warmed = spawnSync(process.execPath, [join(root, 'scripts/prepare.mjs')], {
    cwd: root,
    env: { ...process.env, NETSTATS_PREPARE: 'code' },
    stdio: 'ignore',
  })
  expect(warmed.status).toBe(0)
  const data = mkdtempSync(join(tmpdir(), 'netstats-warm-'))
  const flags = ['--rpc', 'ws://127.0.0.1:1', '--ethstats', 'ws://127.0.0.1:1', '--data', data]
  const agent = spawn(process.execPath, [...watched, command, 'agent', ...flags], { stdio: ['ignore', 'pipe', 'pipe'] })
  let [out, log] = ['', '']
  agent.stdout.on('data', (part: Buffer) => (out += part.toString()))
  agent.stderr.on('data', (part: Buffer) => {
    log += part.toString()
    if (log.includes('agent is running')) agent.kill('SIGTERM')
  })
  await once(agent, 'close')
  rmSync(data, { recursive: true, force: true })
  expect(log).toContain('agent is running')
  expect(out).toContain('compiles false')
})
