import { unixMs } from '@netstats/protocol'
import type { Logger } from '@netstats/sdk'
import { describe, expect, it } from 'vitest'
import { createChangeLog } from './change-log.ts'
import { createCore } from '../shard/mod.ts'
import type { Change } from '../shard/changes.ts'

const recorder = (): { readonly log: Logger; readonly lines: string[] } => {
  const lines: string[] = []
  const at =
    (level: string) =>
    (fields: object, message: string): void => {
      lines.push(`${level} ${message} ${JSON.stringify(fields)}`)
    }
  const log: Logger = { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error'), child: () => log }
  return { log, lines }
}

const gone = (node: string, network = '1'): Change => ({
  type: 'node-inactive',
  at: unixMs(0),
  network,
  node,
  reason: 'disconnected',
})

const changeLog = (log: Logger) => {
  const listener = createChangeLog(log)
  const core = createCore()
  const tick = (at: number) => listener(core.apply({ type: 'tick', at: unixMs(at) }))
  const note = (change: Change) =>
    listener({ ...core.apply({ type: 'rekeyed', at: change.at, network: '1' }), changes: [change] })
  return { tick, note }
}

describe('the log of changes', () => {
  it('names the first nodes that leave and counts the rest', () => {
    const { log, lines } = recorder()
    const changes = changeLog(log)
    changes.tick(0)
    for (let i = 0; i < 5000; i++) changes.note(gone(`node-${i}`))
    expect(lines).toHaveLength(10)
    expect(lines[0]).toBe('info a node is inactive {"network":"1","node":"node-0","reason":"disconnected"}')
    changes.tick(9_999)
    expect(lines).toHaveLength(10)
    changes.tick(10_000)
    expect(lines.at(-1)).toBe('info a node is inactive, and more of the same {"network":"1","more":4990}')
  })

  it('says everything again in the next window', () => {
    const { log, lines } = recorder()
    const changes = changeLog(log)
    changes.note(gone('a'))
    changes.tick(10_000)
    changes.note(gone('a'))
    expect(lines).toHaveLength(2)
  })

  it('gives every network its own lines', () => {
    const { log, lines } = recorder()
    const changes = changeLog(log)
    for (let i = 0; i < 20; i++) changes.note(gone(`node-${i}`, 'loud'))
    changes.note(gone('quiet-node', 'quiet'))
    expect(lines).toHaveLength(11)
    expect(lines.at(-1)).toContain('quiet-node')
  })

  it('keeps ordinary heads out and tells deep reorganisations aloud', () => {
    const { log, lines } = recorder()
    const changes = changeLog(log)
    const head = (displaced: number): Change => ({
      type: 'head',
      at: unixMs(0),
      network: '1',
      number: 9,
      hash: '0x',
      displaced,
    })
    changes.note(head(0))
    changes.note(head(1))
    changes.note(head(3))
    for (const depth of [1, 3])
      changes.note({ type: 'reorg', at: unixMs(0), network: '1', number: 9, hash: '0x', depth })
    expect(lines.map((line) => line.split(' ')[0])).toEqual(['debug', 'debug', 'debug', 'info'])
  })
})
