import { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { nodeId, observationsIn, unixMs } from '@netstats/sdk'
import type { AnalyzerEvent } from '@netstats/sdk'
import {
  analyzerContract,
  configFor,
  createTestContext,
  exampleStats,
  sinkContract,
  sourceContract,
} from '@netstats/sdk/testing'
import { afterAll, describe, expect, it, vi } from 'vitest'
import { gaugeFile } from './gauge-file.ts'
import { jsonLines } from './json-lines.ts'
import { threshold } from './threshold.ts'

const root = mkdtempSync(join(tmpdir(), 'netstats-plugin-example-'))
afterAll(() => rmSync(root, { recursive: true }))
const newFolder = (): string => mkdtempSync(join(root, 'test-'))

const openGauge = async (text: string) => {
  const file = join(newFolder(), 'level')
  writeFileSync(file, text)
  const context = createTestContext()
  const config = configFor(gaugeFile, { node: 'pump', file, network: '4242', interval: '100ms' })
  return { source: await gaugeFile.open(config, context), context, file }
}

sourceContract('gauge-file', async () => {
  const { source } = await openGauge('12.5\n')
  return { source, [Symbol.asyncDispose]: () => source[Symbol.asyncDispose]() }
})

describe('gauge-file', () => {
  it('says why it has nothing to say, and goes on when the file is good', async () => {
    const { source, context, file } = await openGauge('much')
    const abort = new AbortController()
    const seen: unknown[] = []
    const bad = `${file} holds no number`
    let repaired: Promise<void> | undefined
    for await (const given of source.observe({ signal: abort.signal })) {
      const [{ kind, body } = {}] = observationsIn(given)
      seen.push(body)
      // The node is known before its first value. The file is made good when the source has said what is wrong with it.
      if (kind === 'node-info')
        repaired = vi
          .waitUntil(() => context.health.includes(bad), { timeout: 60_000 })
          .then(() => writeFileSync(file, '7'))
      else abort.abort()
    }
    await repaired
    expect(seen).toEqual([
      { name: 'pump', networkId: '4242' },
      { name: 'gauge', value: 7 },
    ])
    expect(context.health.at(-1)).toBe('ok')
  })
})

sinkContract(
  'json-lines',
  async () => {
    const folder = newFolder()
    const sink = await jsonLines.open({ file: join(folder, 'all.jsonl') }, createTestContext())
    let away = false
    return {
      sink,
      async peer(mood) {
        if (away === (mood === 'away')) return
        away = mood === 'away'
        renameSync(away ? folder : `${folder}-away`, away ? `${folder}-away` : folder)
      },
      [Symbol.asyncDispose]: () => sink[Symbol.asyncDispose](),
    }
  },
  // A file takes a line or does not; it is never silent.
  { without: ['silent'] },
)

describe('json-lines', () => {
  it('writes a line for each observation', async () => {
    const file = join(newFolder(), 'all.jsonl')
    await using sink = await jsonLines.open({ file }, createTestContext())
    const items = [1, 2].map((n) => ({ sequence: n, observation: exampleStats(n) }))
    await sink.deliver({ spool: 's', after: 0, before: 0, items, last: 2 }, { signal: new AbortController().signal })
    const lines = readFileSync(file, 'utf8').trimEnd().split('\n')
    expect(lines.map((line) => (JSON.parse(line) as { kind: string }).kind)).toEqual(['node-stats', 'node-stats'])
  })
})

const value = (level: number, name = 'level'): AnalyzerEvent => ({
  type: 'observation',
  at: unixMs(1),
  network: '4242',
  observation: { kind: 'metric', node: nodeId('pump'), observedAt: unixMs(1), body: { name, value: level } },
})
const openThreshold = () => threshold.open({ metric: 'level', above: 10 }, createTestContext())

analyzerContract('threshold', async () => {
  const analyzer = await openThreshold()
  return { analyzer, telling: [value(11), value(9)], [Symbol.asyncDispose]: () => analyzer[Symbol.asyncDispose]() }
})

describe('threshold', () => {
  it('raises one alarm above the limit and clears it at or below it', async () => {
    await using analyzer = await openThreshold()
    const events = [value(11), value(12), value(99, 'other'), value(10), value(3), value(20)]
    const steps: unknown[] = []
    const results = analyzer.analyze(
      (async function* () {
        yield* events
      })(),
      { signal: new AbortController().signal },
    )
    for await (const { network, observation } of results)
      steps.push([network, observation.node, observation.kind === 'alarm' && observation.body.step])
    expect(steps).toEqual(['raised', 'cleared', 'raised'].map((step) => ['4242', 'pump', step]))
  })
})
