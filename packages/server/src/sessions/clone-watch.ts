/** Tells an operator of two machines that report with one data folder and its copy. */
import type { Logger } from '@netstats/sdk'
import type { Health } from '../telemetry/health.ts'

export interface Clone {
  readonly agent: string
  readonly node: string
  /** Of the machine that is connected, and of the one that was refused. */
  readonly address: string
  readonly refusedAddress: string
}

export interface CloneWatch {
  note(clone: Clone, at: number): void
  /** Now and then: what has not been seen for long is over. */
  tick(at: number): void
}

/** A refused machine comes back within half a minute as long as it lives. */
const rememberMs = 10 * 60_000
const mostClones = 100

export const createCloneWatch = ({
  log,
  health,
}: {
  readonly log: Pick<Logger, 'error'>
  readonly health: Pick<Health, 'set'>
}): CloneWatch => {
  const seen = new Map<string, number>()
  const report = (): void => {
    const [first] = seen.keys()
    if (first === undefined) return void health.set('clones', 'ok')
    const others = seen.size === 1 ? '' : `, and so for ${seen.size - 1} more agents`
    health.set('clones', 'degraded', `two machines report with the spool of ${first}${others}; stop one of them`)
  }
  return {
    note({ agent, node, address, refusedAddress }, at) {
      const isNews = !seen.has(agent)
      if (isNews && seen.size >= mostClones) return
      seen.set(agent, at)
      if (!isNews) return
      log.error(
        { agent, node, address, refusedAddress },
        'two machines report with one data folder and its copy; stop one of them, or give it a name and an empty data folder of its own',
      )
      report()
    },
    tick(at) {
      let changed = false
      for (const [agent, lastAt] of seen) if (at - lastAt > rememberMs) changed = seen.delete(agent) || changed
      if (changed) report()
    },
  }
}
