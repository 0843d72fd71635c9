import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { endpoints } from '../endpoints.ts'
import { problemSchema } from '../../net/problem.ts'
import { openAdminApi } from './testing/app.ts'
import type { AdminApi } from './testing/app.ts'

const nasty = [
  'node-1\r\nset-cookie: netstats_session=x',
  'node-1\u0000',
  "'; DROP TABLE agents; --",
  '__proto__',
  'constructor',
  '\u202egnp.exe',
  '\ud800',
  'x'.repeat(5000),
]
const names = fc.oneof(fc.constantFrom('node-1', 'alice', 'bob', 'ü', 'a/b'), fc.constantFrom(...nasty), fc.string())
const value = fc.oneof(
  names,
  fc.constantFrom('viewer', 'operator', 'admin', true, null, 7, Buffer.alloc(32, 1).toString('base64')),
  fc.jsonValue(),
)
/** What is understood, so that much of what is sent is done. */
const fitting: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  id: fc.constantFrom('node-1', 'node-2', 'a/b', 'ü'),
  name: fc.constantFrom('bob', 'carol', 'script-viewer'),
  role: fc.constantFrom('viewer', 'operator'),
  password: fc.constant('correct horse battery'),
  network: fc.constant('1337'),
  key: fc.constant(Buffer.alloc(32, 1).toString('base64')),
}
const changing = endpoints.filter(({ method }) => method === 'POST')
const request = fc.constantFrom(...changing).chain((endpoint) => {
  const keys = Object.keys(endpoint.query.shape)
  // Some are asked without anything.
  const known = fc.constantFrom(...(keys.length === 0 ? ['id'] : keys))
  const given = fc.dictionary(fc.oneof({ weight: 9, arbitrary: known }, { weight: 1, arbitrary: fc.string() }), value)
  const fits = fc.record(Object.fromEntries(keys.flatMap((key) => (fitting[key] ? [[key, fitting[key]]] : []))))
  const named = fc.record(Object.fromEntries(keys.map((key) => [key, value])), { requiredKeys: [] })
  return fc.record({
    endpoint: fc.constant(endpoint),
    body: fc.oneof(
      { weight: 4, arbitrary: fits },
      { weight: 4, arbitrary: named },
      { weight: 2, arbitrary: given },
      { weight: 1, arbitrary: value },
    ),
  })
})

describe('whatever an admin sends', () => {
  let api: AdminApi
  beforeAll(async () => {
    api = await openAdminApi()
  })
  afterAll(() => api[Symbol.asyncDispose]())

  it('is answered as described or with a problem, forges no header and breaks nothing', async () => {
    const seen = new Map<number, number>()
    await fc.assert(
      fc.asyncProperty(request, async ({ endpoint, body }) => {
        const answer = await api.ask('POST', endpoint.path, { as: 'admin', body: JSON.stringify(body) })
        const { statusCode } = answer
        seen.set(statusCode, (seen.get(statusCode) ?? 0) + 1)
        // Removed by itself, the admin of this test is nobody. No nodes are known here, so who would rename them is told so.
        expect([200, 400, 401, 403, 404, 409, 413, 503]).toContain(statusCode)
        const isLogin = endpoint.id === 'login' && statusCode === 200
        const cookie = isLogin ? expect.stringMatching(/^netstats_session=[\w-]{43}; [\w; =/-]*$/) : undefined
        expect(answer.headers['set-cookie']).toEqual(cookie)
        if (statusCode === 200) expect(endpoint.response.safeParse(answer.json()).error).toBeUndefined()
        else expect(problemSchema.parse(answer.json()).status).toBe(statusCode)
      }),
      { numRuns: 1200 },
    )
    expect(api.log.entries).toEqual([])
    expect(seen.get(200) ?? 0).toBeGreaterThan(50)
    const audit = await api.ask('GET', '/admin/audit?limit=1000', { as: 'admin' })
    if (audit.statusCode === 200) {
      for (const entry of audit.json<{ entries: Record<string, unknown>[] }>().entries)
        for (const text of Object.values(entry)) expect(String(text)).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}]/u)
    }
  })
})
