import { applyDelta } from '@netstats/protocol/feed'
import type { LogFilter, TopicData } from '@netstats/protocol/feed'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { LatestValue } from '../history/history-model.ts'
import { createRecentLogs, defaultRecentLogsLimits } from '../history/recent-logs.ts'
import { linesAtOnce, logsSource, metricsSource } from './recorded-sources.ts'

const view = { key: '1', column: (id: string, column: string) => (column === 'name' ? `${id} name` : null) as never }
const line = (message: string, more: object = {}) => ({
  at: 5,
  node: 'a',
  severity: 6,
  source: 's',
  component: null,
  fields: null,
  message,
  ...more,
})
const messages = ({ lines }: TopicData['logs']): readonly string[] => lines.map(({ message }) => message)

const begin = (filter: LogFilter = {}, limit = 200, lines = 4096) => {
  const recent = createRecentLogs({ ...defaultRecentLogsLimits, lines })
  return { recent, source: logsSource(view, recent, filter, limit) }
}

describe('lines of logs that are followed', () => {
  it('begin with the newest that match, and go on with those that come', () => {
    const { recent, source } = begin({ severity: 4, text: 'Peer', node: 'a' })
    recent.add('1', line('a peer was lost', { severity: 4 }))
    recent.add('1', line('a peer came', { severity: 6 }))
    recent.add('1', line('another PEER was lost', { severity: 3, component: 'p2p', fields: { peers: '4' } }))
    recent.add('1', line('a peer elsewhere', { severity: 3, node: 'b' }))
    recent.add('2', line('a peer of another network', { severity: 3 }))
    expect(source.changed()).toBe('soon')
    const first = source.read()
    expect(messages(first)).toEqual(['a peer was lost', 'another PEER was lost'])
    expect(first.lines[1]).toMatchObject({ name: 'a name', component: 'p2p', fields: { peers: '4' } })
    expect(source.changed()).toBe('no')
    recent.add('1', line('no peer at all', { severity: 0 }))
    const next = source.read()
    expect(source.diff(first, next)).toEqual({ drop: 0, add: [next.lines[2]] })
    recent.add('1', line('something else', { severity: 0 }))
    expect(source.changed()).toBe('soon')
    expect(source.diff(next, source.read())).toBeUndefined()
  })

  it('are told by their source and part of the program', () => {
    const { recent, source } = begin({ source: 'geth', component: 'p2p' })
    for (const [from, component] of [
      ['geth', 'p2p'],
      ['geth', null],
      ['besu', 'p2p'],
    ])
      recent.add('1', line(`${from} ${component}`, { source: from, component }))
    expect(messages(source.read())).toEqual(['geth p2p'])
  })

  it('say how many were left out where more came than are sent at once, and where they are gone already', () => {
    const { recent, source } = begin({}, 150, 120)
    expect(source.read().lines).toEqual([])
    for (let i = 1; i <= 300; i++) recent.add('1', line(String(i)))
    const { lines } = source.read()
    expect(lines).toHaveLength(linesAtOnce)
    expect(lines[0]).toMatchObject({ message: '201', omitted: 200 })
    expect(lines.slice(1).every(({ omitted }) => omitted === undefined)).toBe(true)
  })

  it('are cut where they are long, which the history does not', () => {
    const { recent, source } = begin()
    recent.add('1', line('x'.repeat(8192)))
    recent.add('1', line('short', { fields: { stack: 'y'.repeat(3000) } }))
    const [long, many] = source.read().lines
    expect([long?.message.length, long?.cut]).toEqual([2000, true])
    expect([many?.fields, many?.cut]).toEqual([null, true])
  })

  it('are the same for a client that applies their changes', () => {
    const step = fc.array(fc.constantFrom('a', 'b', 'ab'), { maxLength: 150 })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 8 }), fc.integer({ min: 1, max: 120 }), (steps, limit) => {
        const { recent, source } = begin({ text: 'a' }, limit, 100)
        let shown = source.read()
        let client = shown
        for (const texts of steps) {
          for (const text of texts) recent.add('1', line(text))
          const next = source.read()
          const delta = source.diff(shown, next)
          if (delta !== undefined) client = applyDelta('logs', client, delta)
          shown = next
          expect(client).toEqual(shown)
          expect(shown.lines.length).toBeLessThanOrEqual(limit)
        }
      }),
      { numRuns: 50 },
    )
  })
})

describe('metrics that are followed', () => {
  it('are the newest values; what did not change is not sent again', () => {
    const values = new Map<string, LatestValue>()
    let version = 0
    const put = (name: string, value: number, at: number): void => {
      values.set(name, { value, at })
      version++
    }
    put('statsd.x', 1, 10)
    put('__proto__', 2, 10)
    const metrics = { version: () => version, of: () => ({ values, omitted: version - 2 }) }
    const source = metricsSource(metrics, '1', 'a')
    expect(source.changed()).toBe('soon')
    const first = source.read()
    expect(Object.entries(first.values)).toEqual([
      ['statsd.x', [1, 10]],
      ['__proto__', [2, 10]],
    ])
    expect(source.changed()).toBe('no')
    put('statsd.x', 3, 20)
    const second = source.read()
    const delta = source.diff(first, second)
    expect(delta).toEqual({ values: { 'statsd.x': [3, 20] }, remove: [], omitted: 1 })
    expect(delta && applyDelta('metrics', first, delta).values['statsd.x']).toEqual([3, 20])
    values.delete('__proto__')
    expect(source.diff(second, source.read())?.remove).toEqual(['__proto__'])
    expect(source.diff(second, second)).toBeUndefined()
  })
})
