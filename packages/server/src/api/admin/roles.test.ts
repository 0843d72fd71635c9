import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { covers, roles } from '../../auth/roles.ts'
import type { Role } from '../../auth/roles.ts'
import type { Endpoint } from '../endpoint.ts'
import { endpoints } from '../endpoints.ts'
import { openAdminApi } from './testing/app.ts'
import type { AdminApi } from './testing/app.ts'

/** Nothing sensible: what matters is who may ask. */
const pathOf = ({ path }: Endpoint): string => path.replaceAll(/\{\w+\}/g, 'x').replace(/^\/$/, '')
const statusOf = async (api: AdminApi, endpoint: Endpoint, as: Role | undefined): Promise<number> =>
  (await api.ask(endpoint.method, pathOf(endpoint), { as, ...(endpoint.method === 'POST' ? { body: {} } : {}) }))
    .statusCode
/** An empty body is no login. */
const isLogin = ({ id }: Endpoint): boolean => id === 'login'

const expected = (endpoint: Endpoint, role: Role | undefined, name: boolean): 'let in' | 401 | 403 => {
  if (endpoint.role === 'everybody' || covers(role, endpoint.role)) return 'let in'
  return name ? 403 : 401
}
const outcomeOf = (status: number): 'let in' | 401 | 403 => (status === 401 || status === 403 ? status : 'let in')

describe('the table of endpoints', () => {
  it('names a role for each, and lets everybody only log in and out', () => {
    for (const { id, role } of endpoints)
      expect([id, [...roles, 'everybody']]).toEqual([id, expect.arrayContaining([role])])
    const open = endpoints.filter(({ role }) => role === 'everybody').map(({ id }) => id)
    expect(open).toEqual(['getSession', 'login', 'logout'])
  })

  it('lets viewers change nothing but their own password', () => {
    const changing = endpoints.filter(({ role, method }) => role === 'viewer' && method !== 'GET').map(({ id }) => id)
    expect(changing).toEqual(['setOwnPassword'])
  })

  it('has ids and paths of its own for each', () => {
    expect(new Set(endpoints.map(({ id }) => id)).size).toBe(endpoints.length)
    expect(new Set(endpoints.map(({ method, path }) => `${method} ${path}`)).size).toBe(endpoints.length)
  })
})

describe.each(['viewer', 'none'] as const)('where those who have not logged in see as much as %s', (anonymous) => {
  let api: AdminApi
  beforeAll(async () => {
    api = await openAdminApi({ anonymous })
  })
  afterAll(() => api[Symbol.asyncDispose]())

  it.each(endpoints.map((endpoint) => [endpoint.method, endpoint.path, endpoint] as const))(
    '%s %s is answered to those who may, and to no one else',
    async (_, __, endpoint) => {
      for (const role of [undefined, ...roles]) {
        const status = await statusOf(api, endpoint, role)
        const nobody = anonymous === 'none' ? undefined : 'viewer'
        expect([role, outcomeOf(status)]).toEqual([role, expected(endpoint, role ?? nobody, role !== undefined)])
        if (isLogin(endpoint)) expect(status).toBe(400)
        expect(status).toBeLessThan(600)
      }
    },
  )
})

describe('a wrong token', () => {
  it('is never nobody in particular, who might look', async () => {
    await using api = await openAdminApi()
    for (const endpoint of endpoints.filter(({ role }) => role !== 'everybody')) {
      const headers = { authorization: 'Bearer nsa_wrong' }
      const answer = await api.ask(endpoint.method, pathOf(endpoint), { headers })
      expect([endpoint.id, answer.statusCode, answer.headers['www-authenticate']]).toEqual([endpoint.id, 401, 'Bearer'])
    }
  })
})
