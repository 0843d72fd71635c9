/** Who looks at the page. Servers that know no users do not answer, and then nothing of logging in is shown. */
import { signal } from '@preact/signals'
import { askServer, sendToServer } from '../rest/rest.ts'

export type Role = 'viewer' | 'operator' | 'admin'

export interface Session {
  /** Null for who has not logged in. */
  readonly name: string | null
  readonly role: Role | null
  readonly via: 'anonymous' | 'session' | 'token'
  readonly endsAt: number | null
}

/** Undefined while it is not known, and where nobody can log in. */
export const session = signal<Session | undefined>(undefined)

const order: readonly (Role | null)[] = [null, 'viewer', 'operator', 'admin']
export const mayAct = (role: Role | null | undefined, needed: Role): boolean =>
  order.indexOf(role ?? null) >= order.indexOf(needed)

export async function learnSession(): Promise<void> {
  const answer = await askServer('/session', AbortSignal.timeout(10_000)).catch(() => undefined)
  session.value = answer?.ok ? (answer.data as Session) : undefined
}

/** The server's own page: it is there also where nothing else is open to who has not logged in. */
export const loginHref = (): string =>
  `/login?next=${encodeURIComponent(window.location.pathname + window.location.search)}`

/** Ends the session. Where nothing is shown without one, the server then leads to the login. */
export async function logout(): Promise<void> {
  await sendToServer('DELETE', '/session', undefined, AbortSignal.timeout(10_000))
  window.location.assign('/')
}
