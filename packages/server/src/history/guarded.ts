/** A recorder that is there before the one that does the work, and that lets no defect through to the core. */
import type { Logger } from '@netstats/sdk'
import type { Recorder } from './history-model.ts'

export interface Guarded {
  readonly recorder: Recorder
  readonly defects: number
}

export interface GuardedOptions {
  readonly log: Pick<Logger, 'error'>
  readonly onTick: () => void
}

/** `own` is undefined until recording begins; what happens before is not kept. */
export const guarded = (own: () => Recorder | undefined, { log, onTick }: GuardedOptions): Guarded => {
  let defects = 0
  const failed = (error: unknown): void => {
    if (defects++ === 0) log.error({ error }, 'the recorder failed; what it was to record is not kept')
  }
  const recorder: Recorder = {
    applied(event) {
      try {
        own()?.applied(event)
        if (event.input.type === 'tick') onTick()
      } catch (error) {
        failed(error)
      }
    },
    *restored(network, restored, at) {
      try {
        const work = own()?.restored(network, restored, at)
        if (work !== undefined) yield* work
      } catch (error) {
        failed(error)
      }
    },
  }
  return {
    recorder,
    get defects() {
      return defects
    },
  }
}
