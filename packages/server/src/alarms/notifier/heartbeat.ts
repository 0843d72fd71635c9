/** Says to somebody outside that alarms are judged: what does not come is what that one tells of. */
import { reasonOf } from '@netstats/sdk'
import type { Logger } from '@netstats/sdk'

export interface HeartbeatOptions {
  readonly url: string
  readonly everyMs: number
  /** Whether rules were judged since the last call. */
  readonly isAlive: () => boolean
  readonly monotonic: () => number
  readonly log: Pick<Logger, 'warn' | 'info'>
  /** `fetch` fits. */
  readonly post: (url: string, options: { method: 'POST'; redirect: 'error'; signal: AbortSignal }) => Promise<Answer>
}

interface Answer {
  readonly ok: boolean
  readonly status: number
  readonly body: { cancel(): Promise<void> } | null
}

export interface Heartbeat {
  /** Calls where it is time; a call that is under way is not joined by another. */
  readonly tick: () => void
}

const answerWithinMs = 10_000

export const createHeartbeat = (options: HeartbeatOptions): Heartbeat => {
  const { url, everyMs, isAlive, monotonic, log, post } = options
  let notBefore = Number.NEGATIVE_INFINITY
  let isCalling = false
  let isWell = true

  const call = async (): Promise<void> => {
    isCalling = true
    try {
      const signal = AbortSignal.timeout(answerWithinMs)
      const { ok, status, body } = await post(url, { method: 'POST', redirect: 'error', signal })
      await body?.cancel()
      if (!ok) throw new Error(`HTTP ${status}`)
      if (!isWell) log.info({}, 'the heartbeat of alarms is heard again')
      isWell = true
    } catch (error) {
      // The address is the key to what is behind it: not even an error names it.
      if (isWell) log.warn({ reason: reasonOf(error).replaceAll(url, '[url]') }, 'the heartbeat of alarms is not heard')
      isWell = false
    } finally {
      isCalling = false
    }
  }

  return {
    tick: () => {
      const now = monotonic()
      if (isCalling || now < notBefore || !isAlive()) return
      notBefore = now + everyMs
      void call()
    },
  }
}
