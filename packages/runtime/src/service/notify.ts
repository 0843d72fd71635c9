/** What a service says to the manager that started it, by the notify protocol of systemd. */
import type { Logger } from '@netstats/sdk'

/** Variables of the process, as the service manager set them. */
export type Environment = Readonly<Record<string, string | undefined>>

/** Sends assignments such as `READY=1` in one message; rejects where it could not be handed over. */
export type Send = (assignments: readonly string[]) => Promise<void>

/** systemd waits for such a message; one that is not taken within this time is given up. */
const sendWithinMs = 10_000

/** A service whose watchdog is set tighter than this is reported on no more often. */
const shortestPingMs = 250

/**
 * Sends by the program of systemd: Node has no datagram sockets of Unix. Undefined where no manager listens. The program is
 * given nothing but the address, so that no secret in a variable reaches it.
 */
export const sendByProgram = (env: Environment): Send | undefined => {
  const { NOTIFY_SOCKET: socket, PATH: path } = env
  if (!socket) return undefined
  return async (assignments) => {
    // Only here: an agent that no manager watches does not pay for it.
    const { execFile } = await import('node:child_process')
    const options = { env: { NOTIFY_SOCKET: socket, PATH: path }, timeout: sendWithinMs }
    await new Promise<void>((resolve, reject) => {
      execFile('systemd-notify', [...assignments], options, (error, _out, told) => {
        if (error === null) resolve()
        else reject(new Error(`systemd-notify: ${told.trim() || error.message}`, { cause: error }))
      })
    })
  }
}

/** Never rejects: a manager that cannot be reached is logged once until it can be. */
export const loggedSend = (send: Send, log: Logger): Send => {
  let works = true
  return async (assignments) => {
    try {
      await send(assignments)
      if (!works) log.info({}, 'the service manager is told again how this service is')
      works = true
    } catch (error) {
      if (works) log.warn({ error }, 'the service manager cannot be told how this service is')
      works = false
    }
  }
}

/**
 * How often the manager wants to hear from this process: half the time after which it takes it for stuck. Undefined where it
 * watches none, or another process. A process that was handed over is watched in the name of its parent.
 */
export const pingEveryMs = (
  env: Environment,
  { pid, ppid }: Pick<NodeJS.Process, 'pid' | 'ppid'>,
): number | undefined => {
  const { WATCHDOG_USEC: wait = '', WATCHDOG_PID: watched } = env
  const mine = env['NETSTATS_HANDED_OVER'] === '1' ? [pid, ppid] : [pid]
  if (watched && !mine.map(String).includes(watched)) return undefined
  const micros = /^\d{1,15}$/.test(wait) ? Number(wait) : 0
  return micros === 0 ? undefined : Math.max(shortestPingMs, micros / 2000)
}
