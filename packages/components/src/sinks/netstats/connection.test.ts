import { EventEmitter } from 'node:events'
import type { AgentSession } from '@netstats/protocol/netstats'
import { createFakeClock } from '@netstats/sdk/testing'
import { describe, expect, it } from 'vitest'
import type { WebSocket } from 'ws'
import { openConnection } from './connection.ts'

const broken: AgentSession = {
  take: () => {
    throw new RangeError('observation 7 offered after 9')
  },
  wakeAt: () => Infinity,
  room: () => 0,
  inFlight: 0,
  queued: 0,
} as unknown as AgentSession

describe('a connection whose session fails', () => {
  it('ends as a lost connection, instead of throwing through the socket', async () => {
    let terminated = 0
    const socket = Object.assign(new EventEmitter(), { terminate: () => terminated++ }) as unknown as WebSocket
    const faults: string[] = []
    const nothing = (): void => undefined
    const connection = openConnection({
      socket,
      clock: createFakeClock(),
      session: broken,
      welcomed: nothing,
      acknowledged: nothing,
      goBack: nothing,
      intervals: nothing,
      asked: nothing,
      measured: nothing,
      fault: (code) => faults.push(code),
      sent: nothing,
      woken: nothing,
      ended: nothing,
    })
    socket.emit('message', Buffer.from('ack 7'), false)
    expect(await connection.ended).toMatchObject({
      how: 'lost',
      reason: 'the session failed: observation 7 offered after 9',
    })
    expect(faults).toEqual(['internal'])
    expect(terminated).toBe(1)
    socket.emit('message', Buffer.from('ack 8'), false)
    socket.emit('close', 1006, Buffer.alloc(0))
  })
})
