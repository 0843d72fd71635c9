import { signal } from '@preact/signals'

/**
 * The server's clock as this page knows it. Relative times are drawn against it, so a wrong clock on the reader's
 * machine does not show; only these two signals make them tick.
 */
let offset = 0
export const serverNow = (): number => Date.now() + offset

/** Changes once a second, always, by this machine's clock: for what the page says about the connection. */
export const ownSeconds = signal(Date.now())
/** Changes once a second: enough for tables. Stands still, as `tenths` does, while the picture is old. */
export const seconds = signal(serverNow())
/** Changes ten times a second, for the gauge that shows the time since the last block. */
export const tenths = signal(serverNow())

/** Takes the server's time. A message is always late, never early: the largest difference seen is nearest the truth. */
export function learnServerTime(serverTime: number, fresh: boolean): void {
  const difference = serverTime - Date.now()
  if (fresh || difference > offset) offset = difference
  // Follow a drifting clock slowly: one millisecond a message.
  else if (difference < offset - 50) offset -= 1
}

let held = false

/** Stops the hands at a moment in the past that the page shows; undefined starts them again. */
export function holdClock(at: number | undefined): void {
  held = at !== undefined
  seconds.value = tenths.value = at ?? serverNow()
}

/** `isLive` false stops the hands: without messages, growing ages would be guesses. */
export function startClock(isLive: () => boolean): void {
  const calm = window.matchMedia('(prefers-reduced-motion: reduce)')
  setInterval(() => {
    if (document.hidden) return
    const own = Date.now()
    // Not only ahead: this machine's clock may be set back.
    if (Math.floor(own / 1000) !== Math.floor(ownSeconds.peek() / 1000)) ownSeconds.value = own - (own % 1000)
    if (held || !isLive()) return
    const now = serverNow()
    if (Math.floor(now / 1000) !== Math.floor(seconds.peek() / 1000)) {
      seconds.value = now
      if (calm.matches) tenths.value = now
    }
    if (!calm.matches) tenths.value = now
  }, 100)
}
