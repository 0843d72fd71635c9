import { spawnSync } from 'node:child_process'
import { chmodSync, closeSync, mkdirSync, mkdtempSync, openSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Secret } from '@netstats/sdk/config'
import { createRecordingLogger } from '@netstats/sdk/testing'
import { afterAll, describe, expect, it } from 'vitest'
import { ensureDataFolder, folderModes } from './data-folder.ts'
import { secretFilesIn, warnOfExposed } from './exposed.ts'
import { bin } from './testing/run-cli.ts'

const root = mkdtempSync(join(tmpdir(), 'netstats-exposed-'))
chmodSync(root, 0o755)
afterAll(() => rmSync(root, { recursive: true, force: true }))
let places = 0

const setup = () => {
  const folder = join(root, `place-${++places}`)
  mkdirSync(folder, { mode: 0o755 })
  const data = join(folder, 'data')
  mkdirSync(data, { mode: 0o700 })
  const fileOf = (name: string, mode: number, text = 'x'): string => {
    const path = join(folder, name)
    writeFileSync(path, text)
    chmodSync(path, mode)
    return path
  }
  const warnings = (config: object, file?: string): readonly string[] => {
    const log = createRecordingLogger()
    warnOfExposed({ config, data, file, log })
    return log.entries.map(({ message }) => message)
  }
  return { folder, data, fileOf, warnings }
}

describe.runIf(process.platform === 'linux')('a token that a shell writes into a file', () => {
  it.each([
    [0o644, 1],
    [0o600, 0],
  ])('gets a warning where others can read the file: mode %o', (mode, warnings) => {
    const { data, fileOf } = setup()
    const path = fileOf('token', mode, '')
    const file = openSync(path, 'w')
    const args = [bin, 'users', 'add', 'ci', '--role', 'viewer', '--token', '--data', data]
    const { stderr } = spawnSync(process.execPath, args, { stdio: ['ignore', file, 'pipe'], encoding: 'utf8' })
    closeSync(file)
    expect(statSync(path).size).toBeGreaterThan(20)
    expect(stderr.split('\n').filter((line) => line.includes(`chmod 600 ${path}`))).toHaveLength(warnings)
  })
})

describe('files with secrets that others can read', () => {
  it('are named at the start, each once, with the cure', () => {
    const { fileOf, warnings } = setup()
    const token = fileOf('token', 0o644)
    const key = fileOf('key.pem', 0o604)
    const mine = fileOf('mine', 0o640)
    const config = {
      sinks: [{ token: new Secret('x', token) }, { secret: new Secret('x', token), keyFile: key }],
      tls: { cert: fileOf('cert.pem', 0o644), key: mine },
    }
    expect(warnings(config)).toEqual([
      `other users can read a file with a secret; chmod 600 ${token} keeps it to its owner`,
      `other users can read a file with a secret; chmod 600 ${key} keeps it to its owner`,
    ])
  })

  it('are not named where a folder on the way is closed', () => {
    const { folder, fileOf, warnings } = setup()
    const token = fileOf('token', 0o644)
    chmodSync(folder, 0o750)
    expect(warnings({ token: new Secret('x', token) })).toEqual([])
  })

  it.each([
    ['ethstats: { secret: abc }', 1],
    ['ethstats: { moreSecrets: [abc] }', 1],
    ['sinks: [{ type: netstats, token: abc }]', 1],
    ['ethstats: { secret: { env: NAME } }', 0],
    ['ethstats: { secret: { file: NAME } }', 0],
    ['listen: 127.0.0.1:3000', 0],
  ])('are configuration files with a secret in them: %s', (text, count) => {
    const { fileOf, warnings } = setup()
    expect(warnings({}, fileOf('netstats.yaml', 0o644, `${text}\n`))).toHaveLength(count)
  })

  it('are found wherever a configuration names them', () => {
    expect(
      secretFilesIn({ a: [{ b: new Secret('x') }, { c: new Secret('x', '/c') }], cert: '/cert', key: '/key' }),
    ).toEqual(['/key', '/c'])
  })
})

describe('a data folder', () => {
  it.each([
    [0o757, 'other users can write into the data folder'],
    [0o755, 'other users can see into the data folder'],
  ])('that is open to others gets a warning: %o', (mode, message) => {
    const { data, warnings } = setup()
    chmodSync(data, mode)
    expect(warnings({})).toEqual([`${message}; chmod o= ${data} ends that`])
  })

  it('is made for its owner, whatever the umask', () => {
    const { folder } = setup()
    const before = process.umask(0)
    try {
      const modeOf = (name: string, mode: number): number =>
        statSync(ensureDataFolder(join(folder, name), mode)).mode & 0o777
      expect(modeOf('server', folderModes.server)).toBe(0o750)
      expect(modeOf('agent', folderModes.agent)).toBe(0o700)
    } finally {
      process.umask(before)
    }
  })
})
