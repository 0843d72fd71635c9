/**
 * Answers to `node-ping`, a little later than they could be sent: geth waits for the answer only once it has written its
 * question, and drops the connection where the answer is there first ("pinger seems to have died"). All wait the same
 * time, so they go in the order they came and one timer serves any number of sessions.
 */
export interface Pongs<S> {
  /** At the bound the oldest goes at once. */
  add(session: S, text: string): void
  readonly waiting: number
}

export interface PongsOptions<S> {
  readonly waitMs: number
  readonly most: number
  /** Monotonic milliseconds. */
  readonly now: () => number
  readonly defer: (run: () => void, ms: number) => void
  /** `heldMs`: how long it really waited. */
  readonly send: (session: S, text: string, heldMs: number) => void
}

export const createPongs = <S>({ waitMs, most, now, defer, send }: PongsOptions<S>): Pongs<S> => {
  let waiting: { readonly session: S; readonly text: string; readonly since: number }[] = []
  let first = 0
  let armed = false

  const sendFirst = (at: number): void => {
    const one = waiting[first++]
    if (one !== undefined) send(one.session, one.text, at - one.since)
  }

  const arm = (): void => {
    const next = waiting[first]
    if (armed || next === undefined) return
    armed = true
    defer(sendDue, Math.max(1, Math.ceil(next.since + waitMs - now())))
  }

  const sendDue = (): void => {
    armed = false
    const at = now()
    for (let next = waiting[first]; next !== undefined && at - next.since >= waitMs; next = waiting[first])
      sendFirst(at)
    if (first === waiting.length) {
      waiting = []
      first = 0
    } else if (first > waiting.length / 2) {
      waiting = waiting.slice(first)
      first = 0
    }
    arm()
  }

  return {
    add(session, text) {
      waiting.push({ session, text, since: now() })
      if (waiting.length - first > most) sendFirst(now())
      arm()
    },
    get waiting() {
      return waiting.length - first
    },
  }
}
