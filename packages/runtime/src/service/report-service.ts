/**
 * Says to the service manager that the service is ready, how it is, that it ends, and, where the manager watches it, at
 * intervals that it still works:
 *
 *     READY=1 ──► WATCHDOG=1 ──► WATCHDOG=1 ──► … ──► STOPPING=1
 *                     ▲  └─ a part is stuck: nothing, until it gets on; the manager restarts what says nothing ─┐
 *                     └─────────────────────────────────────────────────────────────────────────────────────────┘
 */
import { systemClock } from '@netstats/sdk'
import type { Clock, Logger, PartStatus } from '@netstats/sdk'
import { loggedSend, pingEveryMs, sendByProgram } from './notify.ts'
import type { Environment, Send } from './notify.ts'
import { createStuckParts } from './stuck-parts.ts'
import type { WatchedPart } from './stuck-parts.ts'

export interface ServiceOptions {
  readonly env: Environment
  readonly log: Logger
  /** What the service does, one line without secrets: every user of the machine can read it. */
  readonly doing: string
  /** How its parts are. */
  readonly parts: () => readonly PartStatus[]
  /** Those whose standstill ends the pings. */
  readonly watched: () => readonly WatchedPart[]
  readonly clock?: Clock
  /** By the program of systemd where it is left out. */
  readonly send?: Send | undefined
}

/** Call it when the service is ready, dispose it before the service ends. Does nothing where no manager listens. */
export const reportService = async (options: ServiceOptions): Promise<AsyncDisposable> => {
  const { env, log, clock = systemClock, send: given = sendByProgram(env) } = options
  if (given === undefined) return { [Symbol.asyncDispose]: () => Promise.resolve() }
  const send = loggedSend(given, log)
  const end = new AbortController()
  await send(['READY=1', `STATUS=${statusOf(options)}`])
  const everyMs = pingEveryMs(env, process)
  const pinging =
    everyMs === undefined ? Promise.resolve() : ping({ ...options, clock, send, everyMs, signal: end.signal })
  return {
    async [Symbol.asyncDispose]() {
      if (end.signal.aborted) return
      end.abort()
      await pinging
      await send(['STOPPING=1', 'STATUS=ending'])
    },
  }
}

interface Pinging extends ServiceOptions {
  readonly clock: Clock
  readonly send: Send
  readonly everyMs: number
  readonly signal: AbortSignal
}

const ping = async (options: Pinging): Promise<void> => {
  const { clock, log, send, everyMs, signal, watched } = options
  const look = createStuckParts(clock)
  let wasStuck = ''
  for await (const _ of clock.every(everyMs, { signal })) {
    const stuck = look(watched())
    const names = stuck.map(({ id }) => id).join(', ')
    if (stuck.length === 0) {
      if (wasStuck !== '') log.info({ parts: wasStuck }, 'no part is stuck any more; the watchdog is answered again')
      await send(['WATCHDOG=1', `STATUS=${statusOf(options)}`])
    } else if (names !== wasStuck) {
      log.error({ parts: stuck }, 'parts are stuck; the watchdog is not answered until they get on')
      await send([`STATUS=stuck parts: ${stuck.length}, see the log`])
    }
    wasStuck = names
  }
}

/** Names of parts hold addresses and nodes; they are in the log and in `/healthz`. */
const statusOf = ({ doing, parts }: ServiceOptions): string => {
  const all = parts()
  const unwell = all.filter(({ state }) => state === 'degraded' || state === 'failed').length
  return `${doing}; ${unwell === 0 ? 'all parts are well' : `trouble in ${unwell} of ${all.length} parts`}`
}
