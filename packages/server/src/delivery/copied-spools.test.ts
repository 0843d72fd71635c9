/** Streams of spools that were copied and put back, before a store that is read again. */
import { describe, expect, it } from 'vitest'
import type { Greeting } from './delivery-model.ts'
import { begin, itemOf, spoolOf, startDelivering } from './testing/delivering.ts'
import type { Delivering } from './testing/delivering.ts'

const a = { life: 'a'.repeat(16), from: 1 }
const b = { life: 'b'.repeat(16), from: 4 }
const c = { life: 'c'.repeat(16), from: 3 }
const id = { agent: 'a', network: '1337', node: 'a', spool: spoolOf(1) }
const greetingOf = (lives: Greeting['lives'], after = 0): Greeting => ({ lives, after, acknowledged: after })

const openAs = ({ deliveries }: Delivering, greeting: Greeting) => {
  const stream = deliveries.open(id, begin, greeting)
  if (stream === undefined) throw new Error('no stream')
  return stream
}
/** Tells what a machine calls `who` of these sequences. */
const tell = (server: Delivering, greeting: Greeting, who: string, after: number, ...sequences: readonly number[]) => {
  const stream = openAs(server, greeting)
  const items = sequences.map((sequence) => itemOf(sequence, begin, 'a'))
  return server.deliveries.take(
    stream,
    { after, before: after, items, mark: after + 1, truncated: greeting.after },
    begin,
    ({ sequence }) => {
      const row = { at: begin, network: 1, node: 1, severity: 6, source: who, component: null, fields: null }
      server.rowBuffer.into.log.add({ ...row, message: `${who} ${sequence}` })
    },
  )
}

describe('a stream whose spool was copied', () => {
  it('has what each copy tells, once, and knows after a restart where each of them is', async () => {
    let server = await startDelivering()
    tell(server, greetingOf([a]), 'shared', 0, 1, 2)
    await server.write()
    tell(server, greetingOf([a, b]), 'original', 2, 3, 4, 5)
    await server.write()
    const copy = openAs(server, greetingOf([a, c]))
    expect([copy.durable, copy.welcome.how, server.deliveries.counts.parted]).toEqual([2, 'parted', 1])
    tell(server, greetingOf([a, c]), 'copy', 2, 3, 4)
    await server.write()
    server = await startDelivering({ store: server.store, clock: server.clock })
    expect(openAs(server, greetingOf([a, c]))).toMatchObject({ durable: 4, welcome: { seen: { through: 4, mark: 3 } } })
    expect(openAs(server, greetingOf([a, b]))).toMatchObject({ durable: 5, welcome: { seen: { through: 5 } } })
    expect([...server.stored().keys()]).toEqual([
      'shared 1',
      'shared 2',
      'original 3',
      'original 4',
      'original 5',
      'copy 3',
      'copy 4',
    ])
  })

  it('lets a copy wait while it is open what becomes of what the other one has told', async () => {
    const server = await startDelivering()
    tell(server, greetingOf([a]), 'shared', 0, 1, 2)
    await server.write()
    tell(server, greetingOf([a, b]), 'original', 2, 3, 4, 5)
    expect(server.deliveries.undecided(id, greetingOf([a, c]))).toBe(true)
    expect(server.deliveries.undecided(id, greetingOf([a, b]))).toBe(false)
    await server.write()
    expect(server.deliveries.undecided(id, greetingOf([a, c]))).toBe(false)
  })

  it('lets nobody wait for himself: of a new stream nobody else has told anything', async () => {
    const server = await startDelivering()
    tell(server, greetingOf([a]), 'first', 0, 1, 2)
    expect(server.deliveries.undecided(id, greetingOf([a]))).toBe(false)
    expect(server.deliveries.undecided(id, greetingOf([a, b]))).toBe(false)
    const other = { life: 'd'.repeat(16), from: 1 }
    expect(server.deliveries.undecided(id, greetingOf([other]))).toBe(true)
    await server.write()
  })

  it('goes back with what is given up, the life included', async () => {
    const server = await startDelivering()
    tell(server, greetingOf([a]), 'shared', 0, 1, 2)
    await server.write()
    tell(server, greetingOf([a, b]), 'original', 2, 5)
    server.giveUp()
    expect(openAs(server, greetingOf([a, c]))).toMatchObject({ durable: 2, welcome: { how: 'goes-on' } })
  })

  it('counts what a store that was put back does not have, and what others have had apart', async () => {
    const server = await startDelivering()
    tell(server, greetingOf([a], 1.7e15), 'late', 1.7e15, 1.8e15)
    expect(server.deliveries.counts).toMatchObject({ missingRanges: 0, elsewhere: 1.7e15 })
    tell(server, { lives: [a], after: 1.9e15, acknowledged: 1.7e15 + 21 }, 'later', 1.9e15, 2e15)
    expect(server.deliveries.counts).toMatchObject({ missingRanges: 20 })
    await server.write()
  })
})
