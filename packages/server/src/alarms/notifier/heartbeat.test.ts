import { createRecordingLogger } from '@netstats/sdk/testing'
import { expect, it } from 'vitest'
import { createHeartbeat } from './heartbeat.ts'

it('calls while rules are judged, one call at a time, and logs what changes without the address', async () => {
  const log = createRecordingLogger()
  let now = 0
  let isAlive = true
  let answer = Promise.withResolvers<{ ok: boolean; status: number; body: null }>()
  let calls = 0
  const heartbeat = createHeartbeat({
    url: 'https://hc.example.org/key',
    everyMs: 60_000,
    isAlive: () => isAlive,
    monotonic: () => now,
    log,
    post: () => {
      calls++
      return answer.promise
    },
  })
  const settle = async (status: number): Promise<void> => {
    answer.resolve({ ok: status === 200, status, body: null })
    for (let i = 0; i < 10; i++) await Promise.resolve()
    answer = Promise.withResolvers()
  }
  heartbeat.tick()
  now = 120_000
  heartbeat.tick()
  expect(calls).toBe(1)
  await settle(500)
  heartbeat.tick()
  expect(calls).toBe(2)
  await settle(500)
  now = 150_000
  heartbeat.tick()
  expect(calls).toBe(2)
  now = 180_000
  isAlive = false
  heartbeat.tick()
  expect(calls).toBe(2)
  isAlive = true
  heartbeat.tick()
  await settle(200)
  expect(calls).toBe(3)
  expect(log.entries.map(({ message }) => message)).toEqual([
    'the heartbeat of alarms is not heard',
    'the heartbeat of alarms is heard again',
  ])
  expect(JSON.stringify(log.entries)).not.toContain('hc.example.org')
})
