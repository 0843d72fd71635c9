import { useEffect, useRef } from 'preact/hooks'
import { instant } from '../format/time.ts'
import { loginHref, logout, session } from './session.ts'

/** Who is logged in, and the way out; a way in where there is one. */
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
