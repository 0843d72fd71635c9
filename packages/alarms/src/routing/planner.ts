/**
 * Decides which receiver is told what, and when. Each pair of alarm and receiver goes one way:
 *
 *     raised, nobody told ──▶ told ──▶ cleared, told, forgotten
 *          │                  │  ▲
 *          │                  └──┘  worse, acknowledged, again, escalated
 *          ├─▶ cleared, acknowledged or suppressed before anybody was told: forgotten
 *          └─▶ quiet hours: waits for their end
 */
import type { AlarmRecord, PerceivedSeverity } from '@netstats/protocol/feed'
import { createGroups } from './groups.ts'
import type { Group } from './groups.ts'
import type {
  Followed,
  Notification,
  NotificationReason,
  Planner,
  PlannerOptions,
  PlannerState,
  RoutedStep,
  Telling,
} from './planner-model.ts'
import { quietUntil } from './quiet-hours.ts'
import { destinationsOf, rankOf, routeAt } from './route.ts'
import type { Route } from './route.ts'

type Told = readonly [reason: NotificationReason, receiver: string, alarm: AlarmRecord]

const isOpen = ({ state }: AlarmRecord): boolean => state !== 'cleared'
/** It is open, and somebody is still to be found for it. */
const isWaiting = (alarm: AlarmRecord): boolean =>
  isOpen(alarm) && alarm.suppressed === null && alarm.acknowledgement === null

const isWorse = (alarm: AlarmRecord, than: PerceivedSeverity | null): boolean =>
  than !== null && rankOf(alarm.severity) < rankOf(than)

const byWeight = (a: AlarmRecord, b: AlarmRecord): number =>
  rankOf(a.severity) - rankOf(b.severity) || a.startsAt - b.startsAt || (a.id < b.id ? -1 : 1)

/** Clocks are corrected all the time; only what is set back further moves what is waited for. */
const usualCorrectionMs = 1000

export const createPlanner = (options: PlannerOptions): Planner => new AlarmPlanner(options)

/** Goes on from what an earlier one dumped; receivers and routes may have changed since. */
export const restorePlanner = (options: PlannerOptions, state: PlannerState): Planner =>
  new AlarmPlanner(options, state)

class AlarmPlanner implements Planner {
  overflow = 0
  readonly #options: PlannerOptions
  readonly #followed = new Map<string, Followed>()
  readonly #groups = createGroups()
  #next = 1
  #at = 0

  constructor(options: PlannerOptions, state?: PlannerState) {
    this.#options = options
    if (state !== undefined) this.#restore(state)
  }

  get size(): number {
    return this.#followed.size
  }

  steps(steps: readonly RoutedStep[], at: number): readonly Notification[] {
    this.#moveTo(at)
    const told: Told[] = []
    for (const step of steps) {
      const followed = this.#followed.get(step.alarm.id)
      if (followed !== undefined && step.alarm.step <= followed.alarm.step) continue
      this.#take(step, followed, told)
    }
    return told.map(([reason, receiver, alarm]) => this.#notify(receiver, reason, [alarm]))
  }

  tick(at: number): readonly Notification[] {
    this.#moveTo(at)
    return this.#groups.due(this.#at).flatMap((group) => this.#flush(group))
  }

  dump(): PlannerState {
    return {
      version: 1,
      at: this.#at,
      next: this.#next,
      alarms: Array.from(this.#followed.values(), ({ alarm, tellings }) => ({
        alarm,
        tellings: Object.fromEntries(Array.from(tellings, ([receiver, telling]) => [receiver, { ...telling }])),
      })),
      groups: Object.fromEntries(
        Array.from(this.#groups.all(), ({ key, flushAt, flushedAt }) => [key, { flushAt, flushedAt }]),
      ),
    }
  }

  #notify(receiver: string, reason: NotificationReason, alarms: readonly AlarmRecord[]): Notification {
    return { id: `${receiver}/${this.#next++}`, receiver, reason, alarms }
  }

  /** A clock that was set back must not make what waits wait for as long again. */
  #moveTo(at: number): void {
    const back = this.#at - at
    if (back > usualCorrectionMs) {
      const moved = (time: number | null): number | null => (time === null ? null : time - back)
      for (const group of this.#groups.all()) {
        group.flushAt = moved(group.flushAt)
        group.flushedAt = moved(group.flushedAt)
        group.dueAt -= back
      }
      for (const { tellings } of this.#followed.values())
        for (const telling of tellings.values()) {
          telling.toldAt = moved(telling.toldAt)
          telling.escalateAt = moved(telling.escalateAt)
        }
    }
    this.#at = back > usualCorrectionMs ? at : Math.max(at, this.#at)
  }

  #take({ name, alarm }: RoutedStep, known: Followed | undefined, told: Told[]): void {
    if (known === undefined && (!isOpen(alarm) || alarm.suppressed !== null)) return
    const followed = known ?? { alarm, tellings: new Map<string, Telling>() }
    followed.alarm = alarm
    if (known === undefined) {
      if (this.#followed.size >= this.#options.most) {
        this.overflow++
        return
      }
      this.#followed.set(alarm.id, followed)
    }
    this.#tellEveryStep(name, followed, told)
    if (!isOpen(alarm)) this.#clear(followed)
    else if (alarm.suppressed !== null) this.#withdraw(followed)
    else if (alarm.acknowledgement !== null) this.#acknowledge(name, followed)
    else this.#raise(followed)
    if (followed.tellings.size === 0) this.#followed.delete(alarm.id)
  }

  #tellEveryStep(name: NotificationReason, { alarm, tellings }: Followed, told: Told[]): void {
    for (const receiver of this.#options.everyStep) {
      const isTold = tellings.has(receiver)
      if (!isTold && (!isOpen(alarm) || alarm.suppressed !== null)) continue
      // What was suppressed when it was raised is told later: that is its raise then.
      told.push([isTold ? name : 'raised', receiver, alarm])
      if (isOpen(alarm)) tellings.set(receiver, { ...untold, group: null, toldAt: this.#at, severity: alarm.severity })
      else tellings.delete(receiver)
    }
  }

  #raise(followed: Followed): void {
    const { alarm, tellings } = followed
    for (const [receiver, { path, route }] of destinationsOf(this.#options.root, alarm)) {
      const telling = tellings.get(receiver)
      if (telling !== undefined) continue
      const group = this.#groups.join(receiver, path, route, alarm)
      tellings.set(receiver, { ...untold, route: path, group: group.key, pending: 'raised' })
    }
    for (const [receiver, telling] of tellings) {
      if (telling.group === null) continue
      const route = this.#routeOf(telling)
      if (telling.toldAt !== null) telling.pending = isWorse(alarm, telling.severity) ? 'updated' : null
      // Whoever had acknowledged it does no longer: the wait begins again.
      if (telling.toldAt !== null && telling.escalateAt === null && this.#mayEscalate(route, tellings))
        telling.escalateAt = this.#at + (route.escalateAfter ?? 0)
      this.#wake(receiver, telling, alarm)
    }
  }

  #mayEscalate({ escalateAfter, escalateTo }: Route, tellings: Followed['tellings']): boolean {
    return escalateAfter !== undefined && escalateTo !== undefined && !tellings.has(escalateTo)
  }

  #acknowledge(name: RoutedStep['name'], followed: Followed): void {
    this.#withdraw(followed)
    const { alarm, tellings } = followed
    for (const [receiver, telling] of tellings) {
      if (telling.group === null) continue
      telling.escalateAt = null
      if (isWorse(alarm, telling.severity)) telling.pending = 'updated'
      else if (name === 'acknowledged') telling.pending = 'acknowledged'
      this.#wake(receiver, telling, alarm)
    }
  }

  /** Those who were not told yet need not be; those who were hear of the end. */
  #withdraw({ alarm, tellings }: Followed): void {
    for (const [receiver, telling] of tellings) {
      if (telling.group === null) continue
      telling.escalateAt = null
      if (telling.toldAt === null) this.#forget(tellings, receiver, alarm.id)
      else if (alarm.suppressed !== null) telling.pending = null
    }
  }

  #clear(followed: Followed): void {
    this.#withdraw(followed)
    const { alarm, tellings } = followed
    for (const [receiver, telling] of tellings) {
      telling.pending = 'cleared'
      this.#wake(receiver, telling, alarm)
    }
  }

  #forget(tellings: Followed['tellings'], receiver: string, id: string): void {
    this.#groups.leave(tellings.get(receiver)?.group ?? null, id)
    tellings.delete(receiver)
  }

  /** When the group of what is pending is told. */
  #wake(receiver: string, telling: Telling, alarm: AlarmRecord): void {
    const group = this.#groups.of(telling.group)
    if (group === undefined) return
    const { groupWait, groupInterval } = this.#routeOf(telling)
    if (telling.pending !== null) {
      const soon = this.#at + groupWait
      const isUrgent = group.flushedAt === null || this.#isUrgent(group, receiver, telling, alarm)
      const flushAt = isUrgent ? soon : Math.max(soon, (group.flushedAt ?? 0) + groupInterval)
      group.flushAt = Math.min(group.flushAt ?? Number.POSITIVE_INFINITY, flushAt)
    }
    // The next look finds out: it may have to be told again, or to another.
    group.dueAt = Math.min(group.dueAt, this.#at)
  }

  /** It is worse than all that the group was notified of, or the end of all of it. */
  #isUrgent(group: Group, receiver: string, { pending }: Telling, alarm: AlarmRecord): boolean {
    if (pending === 'acknowledged') return false
    for (const id of group.members) {
      const followed = this.#followed.get(id)
      const telling = followed?.tellings.get(receiver)
      if (followed === undefined || telling === undefined || telling.severity === null) continue
      if (pending === 'cleared' ? isOpen(followed.alarm) : !isWorse(alarm, telling.severity)) return false
    }
    return true
  }

  /** Tells what is due of a group, and finds when it is due next. */
  #flush(group: Group): readonly Notification[] {
    const at = this.#at
    const told = new Map<NotificationReason, AlarmRecord[]>()
    const escalated = new Map<string, AlarmRecord[]>()
    const isFlushed = group.flushAt !== null && group.flushAt <= at
    let heldUntil: number | undefined
    group.dueAt = Number.POSITIVE_INFINITY
    for (const [followed, telling] of this.#membersOf(group)) {
      const { alarm, tellings } = followed
      const route = this.#routeOf(telling)
      const reason = this.#reasonNow(followed.alarm, telling, route, isFlushed)
      const isEscalated = telling.escalateAt !== null && telling.escalateAt <= at
      if (reason !== null || isEscalated) {
        const quiet = route.quiet && alarm.severity !== 'critical' ? quietUntil(route.quiet, at) : undefined
        if (quiet !== undefined) heldUntil = Math.min(heldUntil ?? quiet, quiet)
        else {
          if (reason !== null) {
            add(told, reason, alarm)
            this.#noteTold(group, followed, telling, route)
          }
          if (isEscalated) {
            telling.escalateAt = null
            if (this.#escalate(tellings, alarm, telling)) add(escalated, route.escalateTo ?? '', alarm)
          }
        }
      }
      group.dueAt = Math.min(group.dueAt, this.#dueAt(alarm, telling, route, heldUntil))
    }
    if (isFlushed) group.flushAt = heldUntil ?? null
    if (told.size > 0) group.flushedAt = at
    group.dueAt = Math.min(group.dueAt, group.flushAt ?? Number.POSITIVE_INFINITY)
    return [
      ...Array.from(told, ([reason, alarms]) => this.#notify(group.receiver, reason, alarms.toSorted(byWeight))),
      ...Array.from(escalated, ([to, alarms]) => this.#notify(to, 'escalated', alarms.toSorted(byWeight))),
    ]
  }

  /** In an order that a restart does not change. */
  #membersOf(group: Group): readonly (readonly [Followed, Telling])[] {
    const members: (readonly [Followed, Telling])[] = []
    for (const id of [...group.members].toSorted()) {
      const followed = this.#followed.get(id)
      const telling = followed?.tellings.get(group.receiver)
      if (followed !== undefined && telling?.group === group.key) members.push([followed, telling])
    }
    return members
  }

  #reasonNow(alarm: AlarmRecord, telling: Telling, route: Route, isFlushed: boolean): NotificationReason | null {
    if (telling.pending !== null) return isFlushed ? telling.pending : null
    const isDue = telling.toldAt !== null && telling.toldAt + route.repeatEvery <= this.#at
    return isDue && isWaiting(alarm) ? 'repeat' : null
  }

  #noteTold(group: Group, { alarm, tellings }: Followed, telling: Telling, route: Route): void {
    if (telling.pending === 'cleared') {
      this.#forget(tellings, group.receiver, alarm.id)
      if (tellings.size === 0) this.#followed.delete(alarm.id)
      return
    }
    if (telling.toldAt === null && this.#mayEscalate(route, tellings))
      telling.escalateAt = this.#at + (route.escalateAfter ?? 0)
    telling.pending = null
    telling.toldAt = this.#at
    telling.severity = alarm.severity
  }

  /** Whether the second receiver has to be told: not where it was for another reason. */
  #escalate(tellings: Followed['tellings'], alarm: AlarmRecord, from: Telling): boolean {
    const route = this.#routeOf(from)
    const to = route.escalateTo
    if (to === undefined || !isWaiting(alarm) || tellings.has(to)) return false
    const group = this.#groups.join(to, from.route, route, alarm)
    const telling: Telling = {
      ...untold,
      route: from.route,
      group: group.key,
      toldAt: this.#at,
      severity: alarm.severity,
      isEscalation: true,
    }
    tellings.set(to, telling)
    group.flushedAt = this.#at
    group.dueAt = Math.min(group.dueAt, this.#dueAt(alarm, telling, route, undefined))
    return true
  }

  /** When there is something to do for a member again, apart from the group's own flush. */
  #dueAt(alarm: AlarmRecord, telling: Telling, route: Route, heldUntil: number | undefined): number {
    const times = [telling.escalateAt ?? Number.POSITIVE_INFINITY]
    if (telling.pending === null && telling.toldAt !== null && isWaiting(alarm))
      times.push(telling.toldAt + route.repeatEvery)
    const due = Math.min(...times)
    // What is due and was not told is held.
    return due <= this.#at ? (heldUntil ?? due) : due
  }

  /** Of a route that a changed configuration has no longer: what it inherits from the root. */
  #routeOf(telling: Telling): Route {
    const { root } = this.#options
    return routeAt(root, telling.route) ?? root
  }

  #restore({ at, next, alarms, groups }: PlannerState): void {
    this.#at = at
    this.#next = next
    const { root, everyStep } = this.#options
    const isRouted = new Set(receiversOf(root))
    for (const { alarm, tellings } of alarms) {
      const followed: Followed = { alarm, tellings: new Map() }
      const destinations = destinationsOf(root, alarm)
      for (const [receiver, telling] of Object.entries(tellings)) {
        if (telling.group === null ? !everyStep.includes(receiver) : !isRouted.has(receiver)) continue
        const own = { ...telling }
        followed.tellings.set(receiver, own)
        if (own.group === null) continue
        // Where the routes have changed it goes on with the one that leads to the receiver now.
        if (!own.isEscalation) own.route = destinations.get(receiver)?.path ?? own.route
        const group = this.#groups.join(receiver, own.route, this.#routeOf(own), alarm)
        own.group = group.key
        group.dueAt = Number.NEGATIVE_INFINITY
        if (own.pending !== null) group.flushAt = at
      }
      const isKept = [...followed.tellings.values()].some(({ group }) => group !== null)
      // Nobody is left of those who were to be told: those who are to be told now are.
      if (!isKept && isWaiting(alarm)) this.#raise(followed)
      if (followed.tellings.size > 0) this.#followed.set(alarm.id, followed)
    }
    for (const [key, times] of Object.entries(groups)) this.#groups.restore(key, times)
    for (const group of this.#groups.all()) group.dueAt = Number.NEGATIVE_INFINITY
  }
}

const untold: Telling = {
  route: '',
  group: null,
  pending: null,
  toldAt: null,
  severity: null,
  escalateAt: null,
  isEscalation: false,
}

const receiversOf = (route: Route): readonly string[] => [
  ...[route.receiver, route.escalateTo].filter((one) => one !== undefined),
  ...route.routes.flatMap(receiversOf),
]

const add = <Key>(lists: Map<Key, AlarmRecord[]>, key: Key, alarm: AlarmRecord): void => {
  const list = lists.get(key)
  if (list === undefined) lists.set(key, [alarm])
  else list.push(alarm)
}
