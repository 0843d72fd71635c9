import { createRecordingLogger } from '@netstats/sdk/testing'
import { describe, expect, it } from 'vitest'
import { createForwardingLog } from './forwarding-log.ts'
import { createUnknownLog } from './unknown-log.ts'
import type { FromWorker } from './worker-messages.ts'

describe('the log of a worker', () => {
  it('goes to the server with the fields of its parts, and errors as what crosses the channel', () => {
    const told: FromWorker[] = []
    const log = createForwardingLog(
      (message) => void told.push(message),
      () => false,
    )
    const error = new Error('broken')
    log.child({ part: 'gateway' }).child({ peer: 'a' }).error({ error, n: 1 }, 'failed')
    expect(structuredClone(told)).toEqual([
      {
        type: 'log',
        level: 'error',
        fields: { part: 'gateway', peer: 'a', n: 1, error: { message: 'broken', stack: error.stack } },
        message: 'failed',
      },
    ])
  })

  it('has lines for debugging only where the server writes them, from the moment that it does', () => {
    const told: FromWorker[] = []
    let debug = false
    const log = createForwardingLog(
      (message) => void told.push(message),
      () => debug,
    ).child({})
    log.debug({}, 'not written')
    debug = true
    log.debug({}, 'written')
    expect(told.map((one) => 'message' in one && one.message)).toEqual(['written'])
  })
})

describe('what a process of another version sends', () => {
  it('is counted, and has one line for each sort, of a hundred sorts at most', () => {
    const log = createRecordingLogger()
    const unknown = createUnknownLog(log, 'a worker')
    for (let round = 0; round < 3; round++) for (let i = 0; i < 150; i++) unknown.note(`message ${i}`)
    expect([unknown.count, log.entries.length]).toEqual([450, 100])
    expect(log.entries[0]?.fields).toEqual({ what: 'message 0', sender: 'a worker' })
  })
})
