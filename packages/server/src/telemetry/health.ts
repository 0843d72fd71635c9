/** How the parts of a process are, and the work they do at intervals, under one supervision. */
import { unixMs } from '@netstats/protocol'
import { createSupervisor } from '@netstats/runtime'
import type { WatchedPart } from '@netstats/runtime'
import type { Clock, Logger, PartState, PartStatus } from '@netstats/sdk'

/** How the server's parts are, for `/healthz` and the operator. */
export interface Health {
  /** Says whether that is news. */
  set(id: string, state: PartState, reason?: string): boolean
  parts(): readonly PartStatus[]
}

export interface Supervision extends Health, AsyncDisposable {
  /**
   * Runs a step of a part at this interval until the supervision is disposed. A step that throws takes no other part
   * along: its part has failed, and is started again after a pause.
   */
  every(part: string, ms: number, step: () => void): void
  /** Adds parts whose standstill ends the answers to a watchdog; those of `every` are among them. */
  watch(parts: () => readonly WatchedPart[]): void
  watched(): readonly WatchedPart[]
}

export const createHealth = (now: () => number): Health => createParts(now)

/** A part shows what has changed a few seconds after a defect at the latest, however often that happens. */
const maxRestartMs = 5000
/** Beyond any pause after a defect, and any time in which the process had too much to do. */
const stuckAfterMs = 60_000

export const createSupervision = (options: { readonly clock: Clock; readonly log: Logger }): Supervision => {
  const { clock } = options
  const health = createParts(() => clock.now())
  const supervisor = createSupervisor({ ...options, maxRestartMs, onStatus: (status) => health.put(status) })
  const watched: (() => readonly WatchedPart[])[] = []
  return {
    set: (id, state, reason) => health.set(id, state, reason),
    parts: () => health.parts(),
    every(part, ms, step) {
      let steps = 0
      health.set(part, 'ok')
      watched.push(() => [{ id: part, boundMs: stuckAfterMs, progress: () => steps }])
      supervisor.run(part, async ({ signal, status }) => {
        for await (const _ of clock.every(ms, { signal })) {
          // One that throws has got on too: it is not stuck but broken, and started again.
          steps++
          step()
          status.ok()
        }
      })
    },
    watch: (parts) => void watched.push(parts),
    watched: () => watched.flatMap((parts) => parts()),
    [Symbol.asyncDispose]: () => supervisor[Symbol.asyncDispose](),
  }
}

const createParts = (now: () => number) => {
  const parts = new Map<string, PartStatus>()
  const put = (status: PartStatus): void => {
    parts.set(status.id, { ...status, reason: withoutFolders(status.reason) })
  }
  return {
    put,
    set(id: string, state: PartState, why = ''): boolean {
      const before = parts.get(id)
      const same = before?.state === state
      if (same && before.reason === withoutFolders(why)) return false
      put({ id, state, reason: why, since: same ? before.since : unixMs(now()), restarts: before?.restarts ?? 0 })
      return true
    },
    parts: (): readonly PartStatus[] => [...parts.values()],
  }
}

/** Viewers read the reasons: where files lie, such as a private key, is in the log for the operator. */
const withoutFolders = (reason: string): string =>
  reason.replaceAll(/(?<![\w.:/-])\/(?:[^\s/"',;()]+\/)+([^\s/"',;()]+)/g, '…/$1')
