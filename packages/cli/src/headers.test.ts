import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { afterAll, describe, expect, it } from 'vitest'
import { runCli } from './testing/run-cli.ts'

const folder = mkdtempSync(join(tmpdir(), 'netstats-headers-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const vectors = (name: string): readonly string[] =>
  gunzipSync(readFileSync(join(import.meta.dirname, '../../consensus/testdata', `${name}.ndjson.gz`)))
    .toString()
    .trimEnd()
    .split('\n')
const fileOf = (name: string, text: string): string => {
  const file = join(folder, name)
  writeFileSync(file, text)
  return file
}
const answers = (out: string): readonly Readonly<Record<string, unknown>>[] =>
  out
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>)

describe('netstats headers', () => {
  it('says of several chains, mixed, who sealed each block and who should have', async () => {
    const [a, b] = [vectors('clique-net-18420').slice(0, 45), vectors('qbft-goquorum-18440').slice(0, 45)]
    const mixed = a.flatMap((line, index) => [line, b[index] ?? ''])
    const { code, out, err } = await runCli(['headers', fileOf('mixed.ndjson', mixed.join('\n'))])
    expect([code, err]).toEqual([0, 'netstats: 90 headers, 0 could not be read, 0 with a hash that does not fit\n'])
    const said = answers(out)
    expect(said[2 * 42]).toMatchObject({ engine: 'clique', number: 42, inTurn: false, missed: 1 })
    expect(said[2 * 41 + 1]).toMatchObject({ engine: 'qbft', number: 41, round: 0, skipped: [], quorum: 3 })
    expect(said.map(({ id }) => id)).toEqual(mixed.map((line) => (JSON.parse(line) as { id: string }).id))
  })

  it("takes AuRa's list from a chain specification or a configuration", async () => {
    const lines = vectors('aura-synthetic-empty-steps')
    const first = JSON.parse(lines[0] ?? '') as { chain: string; expect: { validators: string[]; expected: string } }
    const { validators } = first.expect
    const input = fileOf('aura.ndjson', lines.join('\n'))
    const spec = { engine: { authorityRound: { params: { validators: { list: validators } } } } }
    const genesis = await runCli(['headers', '--genesis', fileOf('spec.json', JSON.stringify(spec)), input])
    expect(answers(genesis.out)[0]).toMatchObject({ expected: first.expect.expected, validators })
    const config = JSON.stringify({ networks: { [first.chain]: { validators } } })
    expect((await runCli(['headers', '--config', fileOf('net.yaml', config), input])).out).toBe(genesis.out)
    const without = await runCli(['headers', input])
    expect(answers(without.out)[0]).not.toHaveProperty('expected')
  })

  it('answers a line that it cannot read with the reason, and goes on', async () => {
    const [good = ''] = vectors('clique-public')
    const header = { ...(JSON.parse(good) as { header: object }).header, stateRoot: '0x12' }
    const lines = ['nonsense', '{}', JSON.stringify({ id: 7, header }), good]
    const { code, out } = await runCli(['headers', fileOf('bad.ndjson', lines.join('\n'))])
    expect(code).toBe(0)
    expect(answers(out).map(({ id, error }) => [id, error])).toEqual([
      [undefined, 'line: is no JSON'],
      [undefined, 'line: has no "header"'],
      [7, 'stateRoot: has 1 bytes instead of 32'],
      [(JSON.parse(good) as { id: string }).id, undefined],
    ])
  })

  it('refuses rules that are none, by file and key', async () => {
    const config = fileOf('bad.yaml', 'networks: { a: { epoch: often } }')
    const { code, err } = await runCli(['headers', '--config', config, fileOf('none.ndjson', '')])
    expect([code, err]).toEqual([
      2,
      `netstats: ${config}: networks.a.epoch: found "often", expected a whole number from 1\n`,
    ])
  })
})
