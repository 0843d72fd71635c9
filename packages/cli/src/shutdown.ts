/** Signals that come this soon after the first are the same wish: a terminal and npm both pass Ctrl-C on. */
const echoMs = 700
/** npm runs a command through a shell, which does not pass signals on: its end is all that can be noticed. */
const parentLookMs = 250
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

interface LatchOptions {
  /** Milliseconds that never step. */
  readonly now: () => number
  readonly onFirst: (reason: string) => void
  readonly onForce: () => void
}

/** Tells the first wish to end from an echo of it, and from a later one that means: at once. */
export const createLatch = ({ now, onFirst, onForce }: LatchOptions): ((reason: string) => void) => {
  let askedAt: number | undefined
  return (reason) => {
    if (askedAt === undefined) {
      askedAt = now()
      onFirst(reason)
    } else if (now() - askedAt > echoMs) onForce()
  }
}

export interface Shutdown extends Disposable {
  /** Aborts when the process is asked to end. */
  readonly signal: AbortSignal
  /** Resolves when it does. */
  readonly asked: Promise<void>
  /** From now on SIGHUP, where no terminal has closed, asks for this and not for the end: services are reloaded by it. */
  onReload(reload: () => void): void
}

/** The first signal asks for a clean end, a later one forces it. The end of a parent that npm or an older Node is counts as a signal. */
export const openShutdown = (say: (line: string) => void): Shutdown => {
  const controller = new AbortController()
  const { promise, resolve } = Promise.withResolvers<void>()

  const ask = createLatch({
    now: () => performance.now(),
    onFirst: (reason) => {
      controller.abort(new Error(`asked to end by ${reason}`))
      resolve()
    },
    onForce: () => {
      say('ended at once, without waiting for what was under way')
      process.exit(1)
    },
  })
  let reload: (() => void) | undefined
  const hasTerminal = process.stdin.isTTY || process.stdout.isTTY || process.stderr.isTTY
  const onSignal = (name: NodeJS.Signals): void => {
    if (name === 'SIGHUP' && reload !== undefined && !hasTerminal) reload()
    else ask(name)
  }
  const onDisconnect = (): void => ask('the end of its parent')
  for (const name of signals) process.on(name, onSignal)
  if (process.env['NETSTATS_HANDED_OVER'] === '1') {
    process.on('disconnect', onDisconnect)
    process.channel?.unref()
  }
  const parent = process.ppid
  const underNpm = process.env['npm_lifecycle_event'] !== undefined
  const look = underNpm ? setInterval(() => process.ppid !== parent && ask('the end of npm'), parentLookMs) : undefined
  look?.unref()
  return {
    signal: controller.signal,
    asked: promise,
    onReload: (given) => {
      reload = given
    },
    [Symbol.dispose]: () => {
      for (const name of signals) process.off(name, onSignal)
      process.off('disconnect', onDisconnect)
      clearInterval(look)
    },
  }
}
