import { describe, expect, it } from 'vitest'
import { createFeedMeters } from '../feed/mod.ts'
import { countersOf, createMetricsRegistry } from './registry.ts'
import { parseExposition } from './testing/exposition.ts'

describe('a registry', () => {
  it('is read at each scrape, counters and gauges alike', () => {
    const registry = createMetricsRegistry()
    let value = 1
    registry.counter('things_total', 'Things.', ['kind'], () => ({ a: value }))
    registry.gauge('level', 'Level.', [], () => value)
    registry.gauge('unknown', 'Not known yet.', [], () => undefined)
    expect(registry.text()).toContain('netstats_server_things_total{kind="a"} 1')
    value = 5
    const text = registry.text()
    expect(text).toContain('netstats_server_things_total{kind="a"} 5')
    expect(text).toContain('netstats_server_level 5')
    expect(text).toContain('# HELP netstats_server_level Level.')
    expect(parseExposition(text).get('netstats_server_unknown')?.samples).toEqual([])
    expect(registry.own()).toEqual({ things_total: { a: 5 }, level: 5 })
  })

  it('carries what the feed counts, by label', () => {
    const registry = createMetricsRegistry()
    const meters = createFeedMeters(registry)
    meters.count('frames_sent', { type: 'delta' }, 3)
    meters.count('frames_sent', { type: 'delta' }, 4)
    meters.count('frames_sent', { type: 'snapshot' }, 1)
    meters.count('conflations', {}, 2)
    const text = registry.text()
    expect(text).toContain('netstats_server_feed_frames_sent_total{type="delta"} 7')
    expect(text).toContain('netstats_server_feed_frames_sent_total{type="snapshot"} 1')
    expect(text).toContain('netstats_server_feed_conflations_total 2')
  })

  it('writes what a strict parser takes, whatever labels are called', () => {
    const registry = createMetricsRegistry()
    const evil = 'x"}\n# TYPE y counter\\{'
    registry.counter('shed_total', 'Given up.', ['class', 'reason'], () => ({ [evil]: { [evil]: 2, rate: 0 } }))
    registry.gauge('clients', 'Clients.', ['client'], () => new Map([[evil, 1]]))
    const families = parseExposition(registry.text())
    expect(families.get('netstats_server_shed_total')?.samples).toMatchObject([
      { labels: { class: evil, reason: evil }, value: 2 },
      { labels: { class: evil, reason: 'rate' }, value: 0 },
    ])
    expect(families.get('netstats_server_clients')?.samples).toMatchObject([{ labels: { client: evil }, value: 1 }])
  })

  it('counts into buckets, which hold all that is not above them', () => {
    const registry = createMetricsRegistry()
    const observe = registry.histogram('duration_seconds', 'Time.', 'stage', [0.001, 0.1, 1])
    for (const seconds of [0.0005, 0.001, 0.05, 7]) observe('apply', seconds)
    const family = parseExposition(registry.text()).get('netstats_server_duration_seconds')
    expect(family?.samples.map(({ labels, value }) => [labels['le'], value])).toEqual([
      ['0.001', 2],
      ['0.1', 3],
      ['1', 3],
      ['+Inf', 4],
      [undefined, 7.0515],
      [undefined, 4],
    ])
  })

  it('adds up the readings of several processes, and keeps the counts of one that has ended', () => {
    const worker = (logins: number) => {
      const registry = createMetricsRegistry()
      registry.counter('logins_total', 'Logins.', ['protocol'], () => ({ netstats: logins }))
      registry.gauge('sessions', 'Sessions.', [], () => logins)
      return registry.own()
    }
    const registry = createMetricsRegistry()
    registry.counter('logins_total', 'Logins.', ['protocol'], () => ({ ethstats: 1 }))
    registry.gauge('sessions', 'Sessions.', [], () => 1)
    registry.include(() => [countersOf(worker(3)), worker(4)])
    expect(registry.own()).toEqual({ logins_total: { ethstats: 1 }, sessions: 1 })
    expect(registry.all()).toEqual({ logins_total: { ethstats: 1, netstats: 7 }, sessions: 5 })
    expect([registry.value('sessions'), registry.value('none')]).toEqual([5, 0])
    expect(registry.text()).toContain('netstats_server_logins_total{protocol="netstats"} 7')
  })

  it('has each name once', () => {
    const registry = createMetricsRegistry()
    registry.gauge('level', 'Level.', [], () => 1)
    expect(() => registry.gauge('level', 'Level.', [], () => 1)).toThrow('registered twice')
  })
})
