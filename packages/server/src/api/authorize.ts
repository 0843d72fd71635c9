/** Who may ask what: the role an endpoint names, and for what changes something that no other site's page asks. */
import type { FastifyRequest } from 'fastify'
import type { Principal } from '../auth/http-authenticator.ts'
import type { Auth } from '../auth/mod.ts'
import { covers } from '../auth/roles.ts'
import type { Endpoint } from './endpoint.ts'
import { Problem } from '../net/problem.ts'
import type { AllowedAt } from '../net/problem.ts'

export interface RoleCheck {
  /** A problem for who may not; who may is remembered for `principalOf`. */
  check(endpoint: Endpoint, request: FastifyRequest): Problem | undefined
  principalOf(request: FastifyRequest): Principal | undefined
}

const everybodyLooks: Principal = { name: undefined, role: 'viewer', via: 'anonymous' }

export const createRoleCheck = (
  auth: Auth | undefined,
  isFromElsewhere: (request: FastifyRequest) => boolean,
): RoleCheck => {
  const principals = new WeakMap<FastifyRequest, Principal>()
  return {
    check(endpoint, request) {
      const principal = auth === undefined ? everybodyLooks : auth.httpAuthenticator.identify(request.raw)
      if (principal !== undefined) principals.set(request, principal)
      if (endpoint.method !== 'GET' && isFromElsewhere(request)) {
        return new Problem('API_ORIGIN_REFUSED', 'Only pages of this server may change something here.')
      }
      return endpoint.role === 'everybody' ? undefined : roleProblem(principal, endpoint)
    },
    principalOf: (request) => principals.get(request),
  }
}

const roleProblem = (principal: Principal | undefined, { role }: Endpoint): Problem | undefined => {
  if (role === 'everybody' || covers(principal?.role, role)) return undefined
  const cure = 'log in with POST /api/v1/session, or send an API token as Authorization: Bearer nsa_…'
  if (principal?.name === undefined) return new Problem('API_LOGIN_REQUIRED', `It needs the role ${role}: ${cure}.`)
  return new Problem('API_ROLE_TOO_LOW', `It needs the role ${role}; "${principal.name}" is ${principal.role}.`)
}

/** What is answered at each path: of those of an endpoint without parameters before others, which may match it too. */
export const allowedMethods = (endpoints: readonly Endpoint[], prefix: string): AllowedAt => {
  const allowed = new Map<string, Set<string>>()
  for (const { path, method } of endpoints) {
    const methods = allowed.get(prefix + path) ?? new Set()
    allowed.set(prefix + path, methods)
    methods.add(method)
    if (method === 'GET') methods.add('HEAD')
  }
  const patterns = Array.from(allowed, ([path, methods]) => ({ matches: patternOf(path), methods })).filter(
    ({ methods }) => !(methods.size === 2 && methods.has('HEAD')),
  )
  return (asked) => {
    const path = asked.replace(/\/$/, '')
    const methods = allowed.get(path) ?? patterns.find(({ matches }) => matches.test(path))?.methods
    return methods === undefined ? 'GET, HEAD' : [...methods].join(', ')
  }
}

const patternOf = (path: string): RegExp => new RegExp(`^${path.replaceAll(/\{\w+\}/g, '[^/]+')}$`)
