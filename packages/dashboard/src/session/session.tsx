/** The session of the reader. Servers without users do not answer, and then nothing about logging in is shown. */
import { signal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import { instant } from '../format/time.ts'
import { askServer, sendToServer } from '../rest/rest.ts'
import { below, root, within } from '../root.ts'

export type Role = 'viewer' | 'operator' | 'admin'

export interface Session {
  /** Null without a login. */
  readonly name: string | null
  readonly role: Role | null
  readonly via: 'anonymous' | 'session' | 'token'
  readonly endsAt: number | null
}

/** Undefined while it is not known, and where there are no users. */
export const session = signal<Session | undefined>(undefined)

const order: readonly (Role | null)[] = [null, 'viewer', 'operator', 'admin']
export const mayAct = (role: Role | null | undefined, needed: Role): boolean =>
  order.indexOf(role ?? null) >= order.indexOf(needed)

export async function learnSession(): Promise<void> {
  const answer = await askServer('/session', AbortSignal.timeout(10_000)).catch(() => undefined)
  session.value = answer?.ok ? (answer.data as Session) : undefined
}

/** The server's own page: it is there also where everything else needs a login. */
export const loginHref = (): string =>
  `${below('/login')}?next=${encodeURIComponent(within(window.location.pathname) + window.location.search)}`

/** Ends the session. Where everything needs one, the server then leads to the login. */
async function logout(): Promise<void> {
  await sendToServer('DELETE', '/session', undefined, AbortSignal.timeout(10_000))
  window.location.assign(root)
}

/** The name of the user, and the way out; the login where there is one. */
export function UserMenu() {
  const menu = useRef<HTMLDetailsElement>(null)
  useEffect(() => {
    const leave = (event: Event): void => {
      const inside = event.target instanceof Node && menu.current?.contains(event.target)
      if (menu.current && !inside) menu.current.open = false
    }
    document.addEventListener('click', leave)
    return () => document.removeEventListener('click', leave)
  }, [])
  const who = session.value
  if (!who) return null
  if (who.name === null) {
    return (
      <a class="tool" href={loginHref()} title="Log in to administer agents">
        <Person />
        <span class="tool-name">log in</span>
      </a>
    )
  }
  return (
    <details class="user-menu" ref={menu} onKeyDown={(event) => event.key === 'Escape' && (menu.current!.open = false)}>
      <summary class="tool" title={`Logged in as ${who.name}`}>
        <Person />
        <span class="tool-name">{who.name}</span>
      </summary>
      <div class="user-sheet">
        <p>
          <b>{who.name}</b> <span class="faint">{who.role}</span>
        </p>
        {who.endsAt !== null && <p class="faint">Session until {instant(who.endsAt)}</p>}
        <button type="button" class="chip" onClick={() => void logout()}>
          Log out
        </button>
      </div>
    </details>
  )
}

const Person = () => (
  <svg viewBox="0 0 10 10" aria-hidden="true">
    <circle cx="5" cy="3.1" r="2" />
    <path d="M1.2 9.4a3.8 3.8 0 0 1 7.6 0Z" />
  </svg>
)
