import { describe, expect, it } from 'vitest'
import type { Answer } from '../rest/rest.ts'
import { askWhy } from './connect.ts'

const asked: string[] = []
const why = (answer: Answer, attempt = 2) =>
  askWhy(
    (path) => {
      asked.push(path)
      return Promise.resolve(answer)
    },
    'https://stats.example',
    attempt,
  )
const faultOf = (status: number): Answer => ({ ok: false, status, fault: { code: 'X', message: 'Log in.' } })

describe('why there is no live connection', () => {
  it('is what the server says of the page', async () => {
    const answer: Answer = { ok: true, data: { allowed: false, reason: 'Set publicUrl.' } }
    expect(await why(answer)).toEqual({ reason: 'Set publicUrl.' })
    expect(asked.at(-1)).toBe('/feed?origin=https%3A%2F%2Fstats.example')
    expect(await why(faultOf(401))).toEqual({ reason: 'Log in.' })
  })

  it('is a proxy where the server would let the page in, again and again', async () => {
    const answer: Answer = { ok: true, data: { allowed: true, reason: null } }
    expect((await why(answer))?.reason).toContain('WebSocket')
    expect(await why(answer, 1)).toBeUndefined()
  })

  it('is not known while the server does not answer', async () => {
    expect(await why(faultOf(0))).toBeUndefined()
    expect(await why(faultOf(502))).toBeUndefined()
    expect(await askWhy(() => Promise.reject(new Error('timeout')), 'https://a', 3)).toBeUndefined()
  })
})
