/** A real core and a hub on a clock that moves when told. */
import { unixMs } from '@netstats/protocol'
import { noChanges } from '../../shard/change-set.ts'
import { createCore } from '../../shard/mod.ts'
import type { Core, CoreInput, CoreOptions, ChangeSet } from '../../shard/mod.ts'
import { createHub } from '../hub.ts'
import type { Hub } from '../hub.ts'
import { defaultFeedLimits } from '../feed-limits.ts'
import type { FeedLimits } from '../feed-limits.ts'
import type { FeedMeters } from '../meters.ts'
import type { WorkSteps } from '../../lib/work-steps.ts'

export interface Rig {
  readonly core: Core
  readonly hub: Hub
  /** Sums of what the hub counted, by name and labels. */
  readonly counted: ReadonlyMap<string, number>
  readonly now: () => number
  apply(...inputs: readonly CoreInput[]): void
  /** Moves the clock in steps, the hub ticking at each, the core once a second. */
  pass(ms: number, stepMs?: number): void
  /** Lets the hub say all there is to say: longer than every pace, while the core is told noChanges. */
  settle(): void
  /** Feeds inputs at their times while the clock passes through them. */
  play(inputs: readonly CoreInput[], until: number, stepMs?: number): void
  /** Another hub on the same core, as a server started now would have: it has seen no change. */
  another(): Hub
}

export const rigStart = 1_700_000_000_000

/** With `pieces`, the hub does so many pieces of its work at each step of the clock, and all else happens in between. */
export const createRig = (
  limits: Partial<FeedLimits> = {},
  coreOptions: Partial<CoreOptions> = {},
  { pieces }: { readonly pieces?: number | undefined } = {},
): Rig => {
  const core = createCore({ reconnectMs: 0, ...coreOptions })
  const counted = new Map<string, number>()
  const meters: FeedMeters = {
    count(name, labels, by) {
      const key = [name, ...Object.values(labels)].join(' ')
      counted.set(key, (counted.get(key) ?? 0) + by)
    },
  }
  let clock = 0
  let nextCoreTick = 0
  const now = () => rigStart + clock
  const open = (epoch: string, takeDirty: (key: string) => ChangeSet): Hub =>
    createHub({
      core,
      takeDirty,
      epoch,
      version: 'test',
      limits: { ...defaultFeedLimits, ...limits },
      meters,
      now,
      monotonic: () => clock,
      ...(pieces !== undefined && { run: (work) => void waiting.push(work()) }),
    })
  const waiting: WorkSteps[] = []
  const step = (): void => {
    if (pieces === undefined) return hub.tick()
    if (waiting.length === 0) waiting.push(hub.round())
    for (let i = 0; i < pieces && waiting[0] !== undefined; i++) if (waiting[0].next().done === true) waiting.shift()
  }
  const hub = open('one', (key) => core.network(key)?.takeChangeSet() ?? noChanges)
  const rig: Rig = {
    core,
    hub,
    counted,
    now,
    apply(...inputs) {
      for (const input of inputs) core.apply(input)
    },
    pass(ms, stepMs = 125) {
      for (const end = clock + ms; clock < end; ) {
        clock = Math.min(end, clock + stepMs)
        if (clock >= nextCoreTick) {
          core.apply({ type: 'tick', at: unixMs(now()) })
          nextCoreTick = clock + 1000
        }
        step()
      }
    },
    settle() {
      for (let i = 0; i < 100; i++) {
        clock += 125
        step()
      }
    },
    play(inputs, until, stepMs = 125) {
      let next = 0
      while (now() < until) {
        const end = Math.min(until, now() + stepMs)
        for (; next < inputs.length && (inputs[next] as CoreInput).at <= end; next++)
          core.apply(inputs[next] as CoreInput)
        rig.pass(end - now(), stepMs)
      }
    },
    another: () => open('other', () => noChanges),
  }
  return rig
}
