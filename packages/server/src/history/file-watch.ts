/** Sees to it that a file of the store that is gone, damaged or cut does not go unnoticed. */
import type { Clock, Logger } from '@netstats/sdk'
import { fileTroubles } from '@netstats/store'
import type { FileTrouble, ManagedStore } from '@netstats/store'
import type { Health } from '../telemetry/health.ts'

const everyMs = 60_000

export interface FileWatchOptions {
  readonly store: () => Pick<ManagedStore, 'condition'> | undefined
  readonly clock: Pick<Clock, 'every'>
  readonly health: Pick<Health, 'set'>
  readonly log: Pick<Logger, 'error' | 'info' | 'warn'>
}

export interface FileWatch {
  /** Looks at once: a store was opened. */
  look(store: Pick<ManagedStore, 'condition'>): Promise<void>
  /** Looks once a minute until the signal aborts. */
  start(signal: AbortSignal): void
  readonly counts: Readonly<Record<FileTrouble['what'], number>>
}

export const filesPart = 'store/files'
const none = Object.fromEntries(fileTroubles.map((what) => [what, 0])) as FileWatch['counts']

const idOf = ({ name, what, message }: FileTrouble): string => JSON.stringify([name, what, message])

const reasonOf = (troubles: readonly FileTrouble[]): string => {
  const [first] = troubles
  const more = troubles.length === 1 ? '' : ` and ${troubles.length - 1} more`
  const resume = troubles.some(({ resumePoints }) => resumePoints)
    ? '; resume points of agents may have been in it: what they sent just before may be there twice'
    : ''
  return `${first?.name} is ${first?.what}${more}${resume}; netstats store verify says more, docs/guides/history.md what to do`
}

export const createFileWatch = ({ store, clock, health, log }: FileWatchOptions): FileWatch => {
  let known = new Map<string, FileTrouble>()
  let counts = none
  let failing = false

  const take = (troubles: readonly FileTrouble[]): void => {
    const now = new Map(troubles.map((one) => [idOf(one), one]))
    for (const [id, one] of now) {
      if (known.has(id)) continue
      const { name, what, message, resumePoints } = one
      log.error({ file: name, what, reason: message, resumePoints }, 'a file of the history is not as it was left')
    }
    if (known.size > 0 && now.size === 0) log.info({}, 'all files of the history are as they were left, or given up')
    known = now
    counts = { ...none, ...Object.fromEntries(fileTroubles.map((what) => [what, countOf(troubles, what)])) }
    if (troubles.length === 0) health.set(filesPart, 'ok')
    else health.set(filesPart, 'degraded', reasonOf(troubles))
  }

  const look: FileWatch['look'] = async (of) => {
    try {
      take((await of.condition?.()) ?? [])
      failing = false
    } catch (error) {
      // A store that fails is reported by the one who writes to it.
      if (!failing) log.warn({ error }, 'the files of the history cannot be looked at; it is tried again')
      failing = true
    }
  }

  return {
    look,
    start(signal) {
      void (async () => {
        for await (const _ of clock.every(everyMs, { signal })) {
          const one = store()
          if (one !== undefined) await look(one)
        }
      })().catch((error: unknown) => {
        if (!signal.aborted) throw error
      })
    },
    get counts() {
      return counts
    },
  }
}

const countOf = (troubles: readonly FileTrouble[], what: FileTrouble['what']): number =>
  troubles.filter((one) => one.what === what).length
