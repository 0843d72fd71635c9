import { once } from 'node:events'
import { connect } from 'node:net'
import type { Socket } from 'node:net'
import { describe, expect, it, vi } from 'vitest'
import { startServer } from '../../testing.ts'
import type { RunningServer } from '../../testing.ts'
import { helloFrame } from './testing.ts'

const MiB = 1 << 20

/** Upgrades, and sends the beginning of a frame of 7 MiB, `bytes` of it. */
const beginFrame = async ({ server }: RunningServer, bytes: number): Promise<Socket> => {
  const socket = connect(server.address.port, '127.0.0.1')
  socket.on('error', () => undefined).on('data', () => undefined)
  const head = Buffer.alloc(14)
  head.set([0x81, 0xff])
  head.writeBigUInt64BE(BigInt(7 * MiB), 2)
  socket.write(
    'GET /api HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
      'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n',
  )
  await once(socket, 'data')
  socket.write(head)
  socket.write(Buffer.alloc(bytes, 0x20))
  return socket
}

describe('frames that begin and never end', () => {
  it('do not fill the memory, no matter who sends them, and honest agents still log in', async () => {
    await using running = await startServer({ limits: { queueBytes: '32MiB' }, ethstats: { maxFrame: '8MiB' } })
    const sockets = await Promise.all(Array.from({ length: 90 }, () => beginFrame(running, 0.9 * MiB)))
    await vi.waitFor(async () => {
      expect(await running.metric('ethstats_refused_total{reason="too-much-before-login"}')).toBeGreaterThan(15)
    }, 8000)
    expect(await running.metric('ethstats_sessions{state="awaiting-hello"}')).toBeGreaterThan(60)
    const agent = await running.connect('/api')
    agent.send(helloFrame('alpha'))
    expect(await agent.next(() => true)).toBe('{"emit":["ready"]}')
    for (const socket of sockets) socket.destroy()
  })
})
