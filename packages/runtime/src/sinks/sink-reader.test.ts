import { nodeId } from '@netstats/protocol'
import { createFakeClock, createRecordingLogger, exampleStats } from '@netstats/sdk/testing'
import { describe, expect, it } from 'vitest'
import { openMemorySpool } from '../spool/memory-spool.ts'
import { createSinkReader } from './sink-reader.ts'

const signal = new AbortController().signal

const open = async (everyMs: number) => {
  const clock = createFakeClock()
  const spool = await openMemorySpool({ clock, log: createRecordingLogger(), reporter: nodeId('agent') })
  const place = await spool.reader('one', { policy: 'on-ack', batchSize: 10 })
  const placeOf = (observation: ReturnType<typeof exampleStats>) => ({
    observation: { ...observation, node: nodeId('plain') },
    network: '1337',
  })
  return { clock, spool, reader: createSinkReader(place, { placeOf, clock, everyMs }) }
}

describe('a place in the spool as a sink sees it', () => {
  it('has each observation with its network and the name it has there', async () => {
    const { spool, reader } = await open(0)
    await spool.append([exampleStats(1, nodeId('1337/plain'))])
    const batch = await reader.next({ signal })
    expect(batch?.items).toMatchObject([{ network: '1337', observation: { node: 'plain' } }])
    expect(reader.at(batch?.last ?? 0)).toMatchObject({ node: 'plain' })
  })

  it('gives what comes within its pause in one batch, the first one at once', async () => {
    const { clock, spool, reader } = await open(60_000)
    await spool.append([exampleStats(1)])
    expect((await reader.next({ signal }))?.items.length).toBe(1)
    await spool.append([exampleStats(2)])
    const next = reader.next({ signal })
    await spool.append([exampleStats(3)])
    await clock.advance(60_000)
    expect((await next)?.items.map(({ observation }) => observation.observedAt % 10)).toEqual([2, 3])
  })

  it('ends its pause when it is called off', async () => {
    const { spool, reader } = await open(60_000)
    await spool.append([exampleStats(1)])
    await reader.next({ signal })
    const abort = new AbortController()
    const next = reader.next({ signal: abort.signal })
    abort.abort()
    expect(await next).toBeUndefined()
  })
})
