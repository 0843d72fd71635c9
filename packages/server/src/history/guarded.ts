/** A recorder that is there before the one that does the work, and that lets no defect through to the core. */
import type { Logger } from '@netstats/sdk'
import type { Recorder } from './model.ts'

export interface Guarded {
  readonly recorder: Recorder
  readonly defects: number
}

export interface GuardedOptions {
  readonly log: Pick<Logger, 'error'>
  readonly onTick: () => void
}

/** `own` is undefined until recording begins; what is told before is not kept. */
export const guarded = (own: () => Recorder | undefined, { log, onTick }: GuardedOptions): Guarded => {
  let defects = 0
  // A defect here must not reach the core, which tells of blocks while it works on them.
  const failed = (error: unknown): void => {
    if (defects++ === 0) log.error({ error }, 'the recorder failed; what it was told is not kept')
  }
  const recorder: Recorder = {
    input(input) {
      try {
        own()?.input(input)
        if (input.type === 'tick') onTick()
      } catch (error) {
        failed(error)
      }
    },
    change(change) {
      try {
        own()?.change(change)
      } catch (error) {
        failed(error)
      }
    },
    blockAdded(network, node, block, seenAt, at) {
      try {
        own()?.blockAdded(network, node, block, seenAt, at)
      } catch (error) {
        failed(error)
      }
    },
    sighted(network, node, block, delayMs, seenAt, at) {
      try {
        own()?.sighted(network, node, block, delayMs, seenAt, at)
      } catch (error) {
        failed(error)
      }
    },
    oldBlock(network, node, block, seenAt, at) {
      try {
        own()?.oldBlock(network, node, block, seenAt, at)
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
