import { decodeObservation, encodeBody, nodeId } from '@netstats/protocol'
import { createFakeClock, createRecordingLogger } from '@netstats/sdk/testing'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createOwnLog } from './own-log.ts'

const start = (severity = 4) => {
  const clock = createFakeClock()
  const log = createRecordingLogger()
  return { clock, log, own: createOwnLog({ log, clock, source: 'netstats-agent', severity }) }
}

describe('lines of the own log', () => {
  it('are all in the log, and those that are severe enough wait to be reported, with the part that says them', () => {
    const { log, own } = start()
    const part = own.log.child({ part: 'source/statsd.a' }).child({ peer: 7 })
    part.warn({ reason: 'no room', of: { a: 1 }, none: undefined }, 'has trouble')
    part.info({}, 'works again')
    own.log.error({ error: new Error('broken') }, 'failed')
    expect(log.entries.map(({ level }) => level)).toEqual(['warn', 'info', 'error'])
    expect(own.take().map(({ body }) => body)).toEqual([
      {
        severity: 4,
        source: 'netstats-agent',
        component: 'source/statsd.a',
        message: 'has trouble',
        fields: { peer: '7', reason: 'no room', of: '{"a":1}' },
      },
      { severity: 3, source: 'netstats-agent', message: 'failed', fields: { error: 'broken' } },
    ])
    expect(own.take()).toEqual([])
  })

  it('are reported down to the severity that was asked for', () => {
    const { own } = start(6)
    own.log.debug({}, 'd')
    own.log.info({}, 'i')
    expect(own.take().map(({ body }) => body.message)).toEqual(['i'])
  })

  it('of a part in a loop are limited and counted, and leave room for the other parts', async () => {
    const { own, clock } = start()
    const loud = own.log.child({ part: 'sink/file' })
    for (let i = 0; i < 1000; i++) loud.warn({}, 'has trouble')
    own.log.child({ part: 'spool' }).warn({}, 'is full')
    expect(own.take().map(({ body }) => body.component)).toEqual([
      ...Array.from({ length: 10 }, () => 'sink/file'),
      'spool',
    ])
    expect(own.dropped).toBe(990)
    await clock.advance(60_000)
    for (let i = 0; i < 1000; i++) loud.warn({}, 'has trouble')
    expect(own.take()).toHaveLength(6)
  })

  it('of many parts are limited together, also while nobody takes them', async () => {
    const { own, clock } = start()
    for (let minute = 0; minute < 10; minute++) {
      for (let i = 0; i < 100; i++) own.log.child({ part: `source/x.${i}` }).warn({}, 'has trouble')
      if (minute === 0) expect(own.dropped).toBe(40)
      await clock.advance(60_000)
    }
    expect(own.take()).toHaveLength(200)
  })

  it('are observations that every reader takes, whatever their fields are', () => {
    const circular: Record<string, unknown> = {}
    circular['self'] = circular
    const value = fc.oneof(fc.anything({ withBigInt: true }), fc.constant(circular), fc.string({ maxLength: 3000 }))
    fc.assert(
      fc.property(
        fc.dictionary(fc.string({ maxLength: 200 }), value, { maxKeys: 50 }),
        fc.string(),
        (fields, message) => {
          const { own } = start()
          own.log.warn(fields, message)
          for (const { at, body } of own.take())
            decodeObservation(
              'log',
              nodeId('a'),
              at,
              encodeBody({ kind: 'log', node: nodeId('a'), observedAt: at, body }),
            )
        },
      ),
    )
  })
})
