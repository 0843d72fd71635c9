import { describe, expect, it } from 'vitest'
import { gained, readMetrics, totalGained } from './scrape.ts'

const text = (shed: number): string =>
  [
    '# HELP netstats_server_queue_shed_total Frames given up.',
    `netstats_server_queue_shed_total{class="latency",reason="items"} ${shed}`,
    'netstats_server_queue_shed_total{class="block",reason="items"} 0',
    'netstats_server_connections 3',
    'process_cpu 7',
  ].join('\n')

describe('a scrape', () => {
  it('adds up samples by name and label', () => {
    const metrics = readMetrics(text(4))
    expect([metrics.sum('connections'), metrics.sum('queue_shed_total'), metrics.sum('nothing')]).toEqual([3, 4, 0])
    expect(metrics.sum('queue_shed_total', 'class="block"')).toBe(0)
    expect([...metrics.by('queue_shed_total')]).toEqual([['class="latency",reason="items"', 4]])
  })

  it('tells what has been added', () => {
    const [before, after] = [readMetrics(text(4)), readMetrics(text(9))]
    expect([...gained('queue_shed_total', before, after).values()]).toEqual([5])
    expect(totalGained('connections', before, after)).toBe(0)
  })
})
