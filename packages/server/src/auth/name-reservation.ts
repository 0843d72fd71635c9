/**
 * Reserves names of nodes, first come, first served: a shared secret says that somebody may report, not as whom. Pure.
 *
 *     free ──entered──► held, n sessions ──last left──► held until bindFor has passed ──► free
 *
 * What a name is bound to gets stronger, never weaker: an address, a spool at an address, a key, an agent with a token.
 */
export interface Claimant {
  /** The agent that proved itself by token or key, where one did. */
  readonly agent?: string
  /** Public key that signs the session. */
  readonly key?: string
  readonly instance?: string
  /** As `originOf` gives it. */
  readonly origin: string
}

export interface NameReservations {
  /** Undefined: the name is theirs to take. Otherwise how long it is held for, milliseconds, as far as is known. */
  heldMs(name: string, claimant: Claimant, at: number): number | undefined
  enter(name: string, claimant: Claimant): void
  left(name: string, at: number): void
  readonly size: number
  /** Sessions whose name was not bound because the table was full of live ones. */
  readonly unbound: number
}

interface Binding {
  holder: Claimant
  sessions: number
  freeAt: number
}

interface NameReservationsOptions {
  readonly bindForMs: number
  readonly entries?: number
}

const looks = 100

export const createNameReservations = ({ bindForMs, entries = 200_000 }: NameReservationsOptions): NameReservations => {
  const bindings = new Map<string, Binding>()
  let unbound = 0

  const dropDormant = (): boolean => {
    let looked = 0
    for (const [name, { sessions }] of bindings) {
      if (bindings.size < entries) break
      if (sessions === 0) bindings.delete(name)
      if (++looked >= looks) break
    }
    return bindings.size < entries
  }

  return {
    heldMs(name, claimant, at) {
      const binding = bindings.get(name)
      if (binding === undefined || mayTake(binding, claimant)) return undefined
      if (binding.sessions > 0) return bindForMs
      // A clock that was far ahead must not hold a name for longer than it may be.
      const left = Math.min(binding.freeAt - at, bindForMs)
      return left <= 0 ? undefined : left
    },
    enter(name, claimant) {
      const binding = bindings.get(name)
      if (binding !== undefined) {
        binding.holder = claimant
        binding.sessions++
      } else if (dropDormant()) bindings.set(name, { holder: claimant, sessions: 1, freeAt: 0 })
      else unbound++
    },
    left(name, at) {
      const binding = bindings.get(name)
      if (binding === undefined || binding.sessions === 0) return
      if (--binding.sessions > 0) return
      bindings.delete(name)
      if (bindForMs === 0) return
      binding.freeAt = at + bindForMs
      bindings.set(name, binding)
    },
    get size() {
      return bindings.size
    },
    get unbound() {
      return unbound
    },
  }
}

const mayTake = ({ holder, sessions }: Binding, claimant: Claimant): boolean => {
  if (holder.agent !== undefined) return claimant.agent === holder.agent
  if (claimant.agent !== undefined) return true
  if (holder.key !== undefined) return claimant.key === holder.key
  if (holder.instance === undefined) return claimant.origin === holder.origin
  // An agent whose spool was lost comes back with a new one: from where it was, once its old session is gone.
  return claimant.instance === holder.instance || (sessions === 0 && claimant.origin === holder.origin)
}
