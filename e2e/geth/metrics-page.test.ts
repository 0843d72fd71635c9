/** The page of metrics that geth itself has, read by the source `prometheus` of an agent. */
import { describe, expect, it } from 'vitest'
import { findGeth, gethVersions } from '../../scripts/geth.ts'
import { startSealer } from '../src/support/geth.ts'
import { freePort, readSamples, sumOf, until } from '../src/support/processes.ts'
import { startRecordingAgent } from '../src/support/recording-agent.ts'

interface Metric {
  readonly name: string
  readonly value: number
}

describe('the metrics page of a real geth', () => {
  it(`${gethVersions.clique} is read whole, and what is chosen of it arrives under the names that were given`, async () => {
    const binary = findGeth('clique', (line) => process.stderr.write(`${line}\n`))
    if (binary === undefined) throw new Error(`neither geth ${gethVersions.clique} nor Go to build it`)
    const [page, own] = [await freePort(), await freePort()]
    const args = ['--metrics', '--metrics.addr', '127.0.0.1', '--metrics.port', String(page)]
    await using geth = startSealer(binary, { chainId: 20_263, args })
    await using agent = startRecordingAgent({
      metrics: own,
      sources: [
        {
          type: 'prometheus',
          node: 'sealer',
          endpoint: `http://127.0.0.1:${page}/debug/metrics/prometheus`,
          interval: '1s',
          metrics: ['chain_*', 'txpool_*', '!chain_state_*'],
          rename: { 'chain_head_*': 'geth.head.*', txpool_pending: 'geth.pending' },
        },
      ],
    })
    const metrics = (): readonly Metric[] =>
      agent.observed().flatMap(({ kind, body }) => (kind === 'metric' ? [body as unknown as Metric] : []))
    const valuesOf = (name: string): readonly number[] =>
      metrics()
        .filter((one) => one.name === name)
        .map(({ value }) => value)
    await until(
      `three blocks on the page of geth:\n${geth.log()}`,
      async () => (Math.max(0, ...valuesOf('geth.head.block')) >= 3 ? true : undefined),
      agent,
    )

    const heads = valuesOf('geth.head.block')
    expect(heads).toEqual(heads.toSorted((a, b) => a - b))
    const names = new Set(metrics().map(({ name }) => name))
    expect([...names]).toEqual(expect.arrayContaining(['geth.head.header', 'geth.pending', 'prometheus.up']))
    expect([...names].filter((name) => !/^(?:geth\.|chain_|txpool_|prometheus\.|netstats\.)/.test(name))).toEqual([])
    expect([...names].filter((name) => /^chain_(?:state|head)_/.test(name))).toEqual([])
    // geth writes its summaries with quantiles; every line of its page was understood.
    expect([...names].some((name) => name.startsWith('chain_') && !name.startsWith('chain_head'))).toBe(true)
    const samples = readSamples(await (await fetch(`http://127.0.0.1:${own}/metrics`)).text())
    expect(sumOf(samples, 'netstats_source_lines_malformed_total')).toBe(0)
    expect(sumOf(samples, 'netstats_source_series_left_out_total')).toBe(0)
  })
})
