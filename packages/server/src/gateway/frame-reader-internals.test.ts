/**
 * What `reading.ts` relies on of Node beyond its documentation. Where this fails with a new release: see that reading still
 * stops at once (`reading.test.ts`), repair `reading.ts` if it does not, and add the release here.
 */
import { EventEmitter, once } from 'node:events'
import { connect, createServer, Socket } from 'node:net'
import type { AddressInfo } from 'node:net'
import { describe, expect, it } from 'vitest'
import type { WebSocket } from 'ws'
import { resumeReading, pauseReading } from './frame-reader.ts'

/** Releases that were looked at. */
const known = [24]

interface Handle {
  reading?: boolean
  readStart?(): number
  readStop?(): number
}

describe('Node, as reading relies on it', () => {
  it('is of a release that was looked at', () => {
    expect(known).toContain(Number(process.versions.node.split('.')[0]))
  })

  it('has a handle below each socket that says whether it reads, and can be told', async () => {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    const taken = once(server, 'connection') as Promise<[Socket]>
    const client = connect((server.address() as AddressInfo).port, '127.0.0.1')
    const [socket] = await taken
    socket.resume()
    const handle = (socket as unknown as { readonly _handle: Handle })._handle
    expect(handle.reading).toBe(true)
    expect([typeof handle.readStart, typeof handle.readStop]).toEqual(['function', 'function'])
    expect(typeof (Socket.prototype as { _read?: unknown })._read).toBe('function')
    expect(handle.readStop?.()).toBe(0)
    expect(handle.readStart?.()).toBe(0)
    client.destroy()
    socket.destroy()
    server.close()
  })

  it.each([
    { what: 'no handle', handle: null },
    { what: 'a handle that cannot be told', handle: { reading: true } },
    { what: 'a handle that does not say', handle: { readStart: () => 0, readStop: () => 0 } },
  ])('may have $what: then a socket is paused and goes on, and nothing of it is touched', ({ handle }) => {
    const calls: string[] = []
    const socket = { pause: () => calls.push('pause'), resume: () => calls.push('resume') } as unknown as WebSocket
    const raw = Object.assign(new EventEmitter(), { _handle: handle, _read: 'as it was' }) as unknown as Socket
    pauseReading(socket, raw)
    resumeReading(socket, raw)
    expect(calls).toEqual(['pause', 'resume'])
    expect(raw).toMatchObject({ _read: 'as it was' })
  })
})
