import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { runCli } from './testing/run-cli.ts'

const folder = mkdtempSync(join(tmpdir(), 'netstats-rules-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const fileOf = (name: string, text: string): string => {
  const file = join(folder, name)
  writeFileSync(file, text)
  return file
}

const lonely = (when: string): string => `alarms:
  rules:
    - name: disk-full
      enabled: false
    - name: lonely
      about: node
      when: ${when}
      severity: minor
      message: '{{node.name}} has {{node.peers}} peers'
`
const good = fileOf('good.yaml', lonely('node.peers < 3'))

describe('netstats rules', () => {
  it('lists what a server judges by, as a table and as JSON', async () => {
    const [plain, json] = await Promise.all([
      runCli(['rules', 'list']),
      runCli(['rules', 'list', '--config', good, '--json']),
    ])
    expect(plain.out).toMatch(/^ {2}rule +about +severity +after +meaning\n/)
    expect(plain.out).toMatch(/ {2}chain-stalled +network +critical +at once +Nodes report, but no new block/)
    const { rules } = JSON.parse(json.out) as { rules: { name: string; severities: string[]; forMs: number }[] }
    expect(rules.find(({ name }) => name === 'lonely')).toMatchObject({ severities: ['minor'], forMs: 60_000 })
    expect(rules.some(({ name }) => name === 'disk-full')).toBe(false)
  })

  it('checks the rules of a configuration and says where a fault is', async () => {
    const [well, bad] = await Promise.all([
      runCli(['rules', 'check', '--config', good]),
      runCli(['rules', 'check', '--config', fileOf('bad.yaml', lonely('node.pers < 3'))]),
    ])
    expect([well.code, well.out]).toEqual([
      0,
      `${good}: 1 rule of its own and 1 change of those of Netstats, all good\n`,
    ])
    expect(bad.code).toBe(2)
    expect(bad.err).toContain(
      'bad.yaml:7:13: alarms.rules[1].when: at character 6 of "node.pers < 3": no such key: pers',
    )
  })

  it('replays data and prints the steps that follow', async () => {
    const at = (time: string, peers?: number): string =>
      JSON.stringify({
        at: `2026-12-01T${time}Z`,
        ...(peers === undefined ? {} : { network: '13371', node: 'a', columns: { peers } }),
      })
    const data = [at('06:00:00', 5), at('06:05:00', 2), '', at('06:10:00', 4), at('06:20:00')].join('\n')
    const file = fileOf('night.ndjson', data)
    const tested = await runCli(['rules', 'test', '--config', good, '--data', file])
    expect([tested.code, tested.err]).toEqual([0, ''])
    expect(tested.out).toBe(
      '2026-12-01 06:06:00  raised    minor     lonely  13371/a  a has 2 peers\n' +
        '2026-12-01 06:11:00  cleared   minor     lonely  13371/a  a has 2 peers\n',
    )
    const wrong = await runCli(['rules', 'test', '--data', fileOf('wrong.ndjson', `${data}\n{"at": "soon"}`)])
    expect(wrong.code).toBe(2)
    expect(wrong.err).toMatch(/wrong\.ndjson:6: at: expected Unix milliseconds/)
  })
})
