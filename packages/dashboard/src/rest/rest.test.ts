// @vitest-environment happy-dom
import { afterEach, describe, expect, it, vi } from 'vitest'
import { answerRest } from '../testing/rest.ts'
import { askServer, faultOf, queryOf, sendToServer } from './rest.ts'

const patient = (): AbortSignal => new AbortController().signal
afterEach(() => void vi.unstubAllGlobals())

describe('a question to the REST interface', () => {
  it('is answered with what the server says', async () => {
    using server = answerRest({ '/networks': { networks: [] } })
    expect(await askServer('/networks?x=1', patient())).toEqual({ ok: true, data: { networks: [] } })
    expect(server.asked).toEqual([{ method: 'GET', path: '/networks?x=1', body: undefined }])
  })

  it('is answered with the code, the reason and the status of a refusal', async () => {
    using _server = answerRest({ '/server': 403 })
    expect(await askServer('/server', patient())).toEqual({
      ok: false,
      status: 403,
      fault: { code: 'API_403', message: 'It answers 403.' },
    })
  })

  it('is a fault without a status where nobody answers, or answers something else than JSON', async () => {
    const gone = { ok: false, status: 0, fault: { code: 'API_UNREACHABLE', message: 'The server does not answer.' } }
    vi.stubGlobal('fetch', () => Promise.reject(new TypeError('Failed to fetch')))
    expect(await askServer('/server', patient())).toEqual(gone)
    expect(await sendToServer('POST', '/admin/agents/add', {}, patient())).toEqual(gone)
    vi.stubGlobal('fetch', () => Promise.resolve(new Response('<h1>Bad gateway</h1>')))
    expect(await askServer('/server', patient())).toEqual(gone)
  })

  it('that was given up rejects: nobody waits for its answer', async () => {
    const abort = new AbortController()
    vi.stubGlobal('fetch', (_: string, { signal }: RequestInit) => {
      abort.abort()
      return Promise.reject(signal?.reason as Error)
    })
    await expect(askServer('/server', abort.signal)).rejects.toThrow()
    await expect(sendToServer('DELETE', '/session', undefined, abort.signal)).rejects.toThrow()
  })
})

describe('a change', () => {
  it('goes as JSON, and may be answered with nothing', async () => {
    using server = answerRest({ '/session': 204, '/admin/agents/ban': { agent: 'alpha' } })
    expect(await sendToServer('DELETE', '/session', undefined, patient())).toEqual({ ok: true, data: undefined })
    expect(await sendToServer('POST', '/admin/agents/ban', { id: 'alpha' }, patient())).toEqual({
      ok: true,
      data: { agent: 'alpha' },
    })
    expect(server.asked).toEqual([
      { method: 'DELETE', path: '/session', body: undefined },
      { method: 'POST', path: '/admin/agents/ban', body: { id: 'alpha' } },
    ])
  })
})

describe('a problem of the server', () => {
  it('is read with what it says of a filter', () => {
    const problem = {
      code: 'API_FILTER_INVALID',
      title: 'Bad',
      detail: 'No such column.',
      position: 3,
      expected: 'a word',
    }
    expect(faultOf(problem)).toEqual({
      code: 'API_FILTER_INVALID',
      message: 'No such column.',
      position: 3,
      expected: 'a word',
    })
  })

  it('has a code and a reason whatever it is', () => {
    for (const body of [null, undefined, 'no', 7, {}, { code: 1, detail: {}, position: 'x' }])
      expect(faultOf(body)).toEqual({ code: 'API_FAILED', message: 'The server gave no reason.' })
    expect(faultOf({ title: 'Not found' }).message).toBe('Not found')
  })
})

describe('settings of a question', () => {
  it('are left out where they are empty, and escaped where they have to be', () => {
    expect(queryOf({})).toBe('')
    expect(queryOf({ a: undefined, b: '' })).toBe('')
    expect(queryOf({ node: 'a&b=c', limit: 0 })).toBe('?node=a%26b%3Dc&limit=0')
  })
})
