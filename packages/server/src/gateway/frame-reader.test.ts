import { once } from 'node:events'
import { createServer } from 'node:http'
import { connect } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import { describe, expect, it, vi } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import { resumeReading, pauseReading } from './frame-reader.ts'

const openPair = async () => {
  const http = createServer()
  const sockets = new WebSocketServer({ noServer: true })
  const inside = new Promise<{ socket: WebSocket; raw: Socket }>((resolve) => {
    http.on('upgrade', (request, raw, head) => {
      sockets.handleUpgrade(request, raw, head, (socket) => resolve({ socket, raw: raw as Socket }))
    })
  })
  http.listen(0, '127.0.0.1')
  await once(http, 'listening')
  const { port } = http.address() as AddressInfo
  const client = new WebSocket(`ws://127.0.0.1:${port}`)
  await once(client, 'open')
  const { socket, raw } = await inside
  let messages = 0
  socket.on('message', () => messages++)
  return {
    client,
    socket,
    raw,
    port,
    messages: () => messages,
    [Symbol.dispose]() {
      client.terminate()
      http.closeAllConnections()
      http.close()
    },
  }
}

/** Some turns of the event loop, each with reads from sockets. */
const turns = async (port: number): Promise<void> => {
  for (let i = 0; i < 5; i++) {
    const other = connect(port, '127.0.0.1')
    await once(other, 'connect')
    other.destroy()
    await once(other, 'close')
  }
}

describe('reading', () => {
  it('stops at once, and goes on where it stopped, as often as one likes', async () => {
    using pair = await openPair()
    const { client, socket, raw, port } = pair
    let sent = 0
    for (let round = 0; round < 4; round++) {
      client.send('x'.repeat(1000))
      sent++
      await vi.waitFor(() => expect(pair.messages()).toBe(sent))
      pauseReading(socket, raw)
      pauseReading(socket, raw)
      const before = raw.bytesRead
      for (let i = 0; i < 50; i++) client.send('y'.repeat(1000))
      sent += 50
      await turns(port)
      expect([raw.bytesRead, pair.messages()]).toEqual([before, sent - 50])
      resumeReading(socket, raw)
      await vi.waitFor(() => expect(pair.messages()).toBe(sent))
    }
  })

  it('stops also where a message says so while more is on its way', async () => {
    using pair = await openPair()
    const { client, socket, raw, port } = pair
    socket.on('message', () => pauseReading(socket, raw))
    for (let i = 0; i < 400; i++) client.send('w'.repeat(10_000))
    await vi.waitFor(() => expect(pair.messages()).toBeGreaterThan(0))
    await turns(port)
    // No more than the chunk that the first message came in.
    expect(raw.bytesRead).toBeLessThanOrEqual(65_536 + 400)
    socket.removeAllListeners('message')
    let rest = 0
    socket.on('message', () => rest++)
    const came = pair.messages()
    resumeReading(socket, raw)
    await vi.waitFor(() => expect(came + rest).toBe(400), { timeout: 10_000 })
  })

  it('may be stopped and go on while a message is handled', async () => {
    using pair = await openPair()
    const { client, socket, raw } = pair
    socket.on('message', () => {
      pauseReading(socket, raw)
      setImmediate(() => resumeReading(socket, raw))
    })
    for (let i = 0; i < 300; i++) client.send('z'.repeat(5000))
    await vi.waitFor(() => expect(pair.messages()).toBe(300), { timeout: 10_000 })
  })

  it.each(['reset', 'ended'] as const)('finds out by writing that a peer it does not read from was %s', async (how) => {
    using pair = await openPair()
    const { client, socket, raw, port } = pair
    client.on('error', () => undefined)
    pauseReading(socket, raw)
    const inner = (client as unknown as { readonly _socket: Socket })._socket
    if (how === 'reset') inner.resetAndDestroy()
    else inner.destroy()
    await turns(port)
    expect(socket.readyState).toBe(socket.OPEN)
    const closed = once(socket, 'close')
    // The first write to a peer that ended draws its reset, the second one finds it.
    for (let i = 0; i < 2; i++) {
      raw.write(Buffer.from([0x89, 0]))
      await turns(port)
    }
    await closed
  })

  it('sees the end of a peer once it goes on', async () => {
    using pair = await openPair()
    const { client, socket, raw } = pair
    pauseReading(socket, raw)
    client.close()
    const closed = once(socket, 'close')
    resumeReading(socket, raw)
    await closed
    // The handle is gone; that is no fault.
    pauseReading(socket, raw)
    resumeReading(socket, raw)
  })
})
