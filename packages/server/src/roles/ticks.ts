/** What the parts do at intervals: timeouts, publishing, and a look at whether the process keeps up. */
import { unixMs } from '@netstats/protocol'
import { createCalm } from '../lib/hysteresis.ts'
import { totalOf } from '../lib/tally.ts'
import type { Base } from './base.ts'
import type { CoreRole } from './core.ts'
import type { GatewayRole } from './gateway.ts'
import { tickHeartbeat, tickNotifier } from './notifier.ts'
import type { WebRole } from './web.ts'

export interface TickUses extends CoreRole, GatewayRole, Pick<WebRole, 'feed' | 'classic'> {}

export const openTicks = (base: Base, uses: TickUses, stack: AsyncDisposableStack): void => {
  const { health, loop, monotonic, progress, metrics } = base
  const { runner, gateway, noteRefused, sessions, clones, alarms, feed, classic } = uses
  stack.use(health)
  health.set('http', 'ok')
  health.every('core', 1000, () => runner.apply({ type: 'tick', at: unixMs(Date.now()) }))
  health.every('gateway/ethstats', 1000, () => {
    gateway.tick(monotonic())
    noteRefused(gateway.takeRefused())
  })
  health.every('gateway/netstats', 250, () => gateway.agentTick())
  health.every('sessions', 1000, () => {
    sessions.tick(monotonic(), unixMs(Date.now()))
    clones.tick(Date.now())
  })
  if (alarms !== undefined) {
    health.every('alarms/rules', 250, () => alarms.tick())
    tickHeartbeat(base, alarms)
  }
  health.every('feed', 125, () => feed.tick())
  health.every('classic', 500, () => classic.tick(monotonic()))
  if (uses.notifier !== undefined) tickNotifier(base, uses.notifier)
  const shedding = createCalm()
  let shedBefore = 0
  health.every('queue', 1000, () => {
    const now = monotonic()
    loop.tick(now)
    progress.entry?.scale(totalOf(metrics.value('connections')))
    const shed = totalOf(metrics.value('queue_shed_total'))
    if (shedding.look(shed > shedBefore, now))
      health.set('queue', 'degraded', 'more comes in than can be worked through; low classes are dropped')
    else health.set('queue', 'ok')
    shedBefore = shed
  })
}
