import { ParseError } from '@netstats/protocol'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { defaultRules } from '../rules/mod.ts'
import { createReplay } from './replay.ts'

const start = Date.UTC(2026, 11, 1, 6)
const network = '13371'
const line = (seconds: number, more: object): string =>
  JSON.stringify({ at: new Date(start + seconds * 1000).toISOString(), ...more })

const replayed = (lines: readonly string[]) => {
  const replay = createReplay(defaultRules)
  const steps = lines.flatMap((text) => {
    const found = replay.take(text)
    if ('problem' in found) throw new Error(found.problem)
    return found
  })
  return [...steps, ...replay.end()].map(
    ({ name, at, alarm }) => `${(at - start) / 1000} ${name} ${alarm.rule} ${alarm.node ?? alarm.network ?? 'server'}`,
  )
}

describe('a replay', () => {
  it('tells when alarms would have been raised and cleared', () => {
    expect(
      replayed([
        line(0, { network, node: 'a', columns: { state: 'active', peers: 3 } }),
        line(0, { network, node: 'b', columns: { state: 'active', peers: 3 } }),
        line(60, { network, node: 'a', columns: { state: 'inactive' }, inactiveBecause: 'it has not been heard of' }),
        line(120, { network, node: 'a', columns: { state: 'active' } }),
        line(150, { server: { parts: [{ name: 'store', state: 'failed', reason: 'disk full' }] } }),
        line(180, { server: { parts: [] } }),
        line(240, {}),
      ]),
    ).toEqual([
      '90 raised node-inactive a',
      '135 cleared node-inactive a',
      '170 raised store-down server',
      '200 cleared store-down server',
    ])
  })

  it('knows networks by what is said of them and of their nodes', () => {
    expect(
      replayed([
        line(0, { network, facts: { nodes: 4, active: 4, head: 9, headAt: start, blockTimeMs: 5000 } }),
        line(40, { network, facts: { head: 10, headAt: start + 40_000 } }),
        line(100, {}),
        line(100, { network, facts: { active: 0 } }),
        line(130, {}),
      ]),
    ).toEqual(['90 raised chain-stalled 13371', '120 cleared chain-stalled 13371', '130 raised network-silent 13371'])
  })

  it('draws lines through metrics', () => {
    const disk = (hours: number) => ({
      network,
      node: 'a',
      metrics: { 'host.diskBytes': 1e12, 'host.diskFreeBytes': 2e11 - hours * 5e9 },
    })
    const hours = Array.from({ length: 50 }, (_, i) => line(i * 360, disk(i / 10)))
    expect(replayed(hours)[0]).toMatch(/^\d+ raised disk-full a$/)
  })

  it('says what is wrong with a line', () => {
    const replay = createReplay(defaultRules)
    expect(() => replay.take('no')).toThrow('a JSON object')
    expect(() => replay.take('{"at":"soon"}')).toThrow('Unix milliseconds')
    expect(() => replay.take('{"at":1,"node":"a"}')).toThrow('the network that the node belongs to')
    expect(replay.take(line(10, {}))).toEqual([])
    expect(replay.take(line(5, {}))).toEqual({ problem: 'at: is before the line before' })
    expect(replay.take(line(90 * 86_400, {}))).toMatchObject({ problem: expect.stringMatching(/31 days/) as string })
  })

  it('takes or refuses whatever a line says', () => {
    fc.assert(
      fc.property(fc.array(fc.jsonValue(), { maxLength: 5 }), (values) => {
        const replay = createReplay(defaultRules)
        for (const value of values)
          try {
            replay.take(JSON.stringify({ at: start, network, node: 'a', columns: value, facts: value, server: value }))
          } catch (error) {
            expect(error).toBeInstanceOf(ParseError)
          }
        replay.end()
      }),
    )
  })
})
