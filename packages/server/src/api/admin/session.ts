/** Logging in and out of the dashboard, and who one is. */
import { z } from 'zod'
import type { Principal } from '../../auth/http-authenticator.ts'
import { cookieHeader } from '../../auth/http-authenticator.ts'
import type { Auth } from '../../auth/mod.ts'
import { roles } from '../../auth/roles.ts'
import { PersonalAnswer } from '../answer.ts'
import { endpoint, nothing } from '../endpoint.ts'
import type { Endpoint } from '../endpoint.ts'
import { Problem } from '../../net/problem.ts'
import { named, time } from '../live-schemas.ts'
import { actorOf, onAuth } from './auth.ts'

const sessionBody = named(
  'Session',
  'Who asks, and what they may.',
  z.object({
    name: z.string().nullable().describe('Null for who has not logged in.'),
    role: z.enum(roles).nullable().describe('Null for who may see nothing.'),
    via: z.enum(['anonymous', 'session', 'token']),
    endsAt: time.nullable().describe('When the session ends at the latest, unless it is used before.'),
  }),
)

const path = '/session'
const password = z.string().min(1).max(1024)

const shown = (auth: Auth, principal: Principal | undefined) => ({
  name: principal?.name ?? null,
  role: principal?.role ?? null,
  via: principal?.via ?? 'anonymous',
  endsAt: (principal && auth.httpAuthenticator.endsAt(principal)) ?? null,
})

export const sessionEndpoints: readonly Endpoint[] = [
  endpoint({
    id: 'getSession',
    summary: 'Who asks, and what they may.',
    role: 'everybody',
    path,
    params: nothing,
    query: nothing,
    response: sessionBody,
    personal: true,
    problems: [503],
    handle: (context, _, __, { principal }) => onAuth(context, (auth) => shown(auth, principal)),
  }),
  endpoint({
    id: 'login',
    summary: 'Begins a session, by a cookie that no script can read.',
    role: 'everybody',
    method: 'POST',
    path,
    params: nothing,
    query: z.strictObject({ name: z.string().min(1).max(200), password }),
    response: sessionBody,
    personal: true,
    problems: [401, 429, 503],
    handle: (context, _, { name, password }, { client, principal, secure, prefix }) =>
      onAuth(context, async (auth) => {
        const outcome = await auth.httpAuthenticator.login(name, password, client)
        if (outcome.ok) {
          // Anyone who logs in again leaves nothing behind.
          if (principal !== undefined) auth.httpAuthenticator.logout(principal, client)
          const maxAgeMs = outcome.endsAt - context.now()
          return new PersonalAnswer(shown(auth, outcome.principal), {
            'set-cookie': cookieHeader(outcome.cookie, { secure, maxAgeMs, path: `${prefix}/` }),
          })
        }
        if (outcome.reason === 'wrong')
          return new Problem('API_LOGIN_WRONG', 'Try again; after some failures in a row one has to wait.')
        const seconds = Math.ceil(outcome.retryMs / 1000)
        const headers = { 'retry-after': String(seconds) }
        return new Problem('API_LOCKED_OUT', `Too many logins failed; try again in ${seconds} s.`, {}, headers)
      }),
  }),
  endpoint({
    id: 'logout',
    summary: 'Ends the session.',
    role: 'everybody',
    method: 'DELETE',
    path,
    params: nothing,
    query: nothing,
    response: z.void(),
    personal: true,
    problems: [503],
    handle: (context, _, __, { principal, client, secure, prefix }) =>
      onAuth(context, ({ httpAuthenticator }) => {
        if (principal !== undefined) httpAuthenticator.logout(principal, client)
        return new PersonalAnswer(undefined, {
          'set-cookie': cookieHeader(undefined, { secure, maxAgeMs: 0, path: `${prefix}/` }),
        })
      }),
  }),
  endpoint({
    id: 'setOwnPassword',
    summary: 'Sets the password of the one who asks, and ends all other sessions of theirs.',
    role: 'viewer',
    method: 'POST',
    path: `${path}/password`,
    params: nothing,
    query: z.strictObject({ current: password, password: password.describe('At least 10 characters.') }),
    response: sessionBody,
    personal: true,
    problems: [404, 409, 429, 503],
    handle: (context, _, { current, password }, options) =>
      onAuth(context, async (auth) => {
        const { principal, client } = options
        if (principal?.name === undefined || principal.session === undefined) {
          return new Problem('API_LOGIN_REQUIRED', 'Log in with POST /api/v1/session first.')
        }
        const outcome = await auth.httpAuthenticator.confirm(principal.name, current, client)
        if (outcome === 'wrong') return new Problem('API_LOGIN_WRONG', 'The current password is another one.')
        if (outcome !== 'right') {
          const headers = { 'retry-after': String(Math.ceil(outcome.retryMs / 1000)) }
          return new Problem('API_LOCKED_OUT', 'Too many logins failed; try again later.', {}, headers)
        }
        await auth.admin.users.setPassword(actorOf(options), { name: principal.name, password }, principal.session)
        return shown(auth, principal)
      }),
  }),
]
