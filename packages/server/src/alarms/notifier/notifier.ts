/**
 * Tells receivers of alarms:
 *
 *     steps, numbered ─► planner ─► notifications, numbered ─► spool ─► sinks
 *                          │  one write: planner, last step, notifications
 *                          ▼
 *                       state                 the spool's checkpoint: last notification
 *
 * A kill between any two of these loses nothing and tells nothing twice: steps that come again are known by their number,
 * notifications that are in the spool already by theirs.
 */
import { createPlanner, restorePlanner } from '@netstats/alarms'
import type { Notification, Planner, PlannerOptions, PlannerState } from '@netstats/alarms'
import type { AlarmRecord } from '@netstats/protocol/feed'
import type { Logger } from '@netstats/sdk'
import type { ServerSinks, Told } from '../../sinks/server-sinks.ts'
import type { NumberedStep } from '../alarm-store.ts'
import { observationsOf } from './observations.ts'
import type { ObservationOptions } from './observations.ts'

/** Where the notifier keeps what it must not forget; `save` has it on the disk when it returns. */
export interface NotifierStateStore {
  readonly load: () => unknown
  readonly save: (state: unknown) => void
}

export interface NotifierOptions extends Pick<PlannerOptions, 'root' | 'everyStep'>, ObservationOptions {
  readonly sinks: Pick<ServerSinks, 'notify' | 'notified'>
  readonly store: NotifierStateStore
  readonly now: () => number
  readonly log: Pick<Logger, 'warn'>
}

export interface Notifier {
  /** Resolves when they are stored: they need not be given again, but may be. Rejects where the disk does not take them. */
  steps(steps: readonly NumberedStep[]): Promise<void>
  /** Tells what has become due. */
  tick(): Promise<void>
  /** Tells a receiver of an alarm that is none; resolves when it is on its way. */
  test(receiver: string): Promise<void>
  /** Alarms that are followed, and those that were not because there were too many. */
  counts(): { readonly followed: number; readonly overflow: number }
}

interface State {
  readonly version: 1
  /** Number of the last step that was taken. */
  readonly through: number
  readonly planner: PlannerState
  /** Notifications that the spool may not have yet. */
  readonly pending: readonly Told[]
}

/** Alarms that are followed at a time: beyond what an engine has open. */
const mostFollowed = 100_000

export const openNotifier = (options: NotifierOptions): Notifier => new AlarmNotifier(options)

class AlarmNotifier implements Notifier {
  readonly #options: NotifierOptions
  readonly #planner: Planner
  #through: number
  /** Number of the last notification. */
  #number: number
  #pending: readonly Told[]
  #isSaved = true
  /** One thing after the other: what is told goes into the spool in its order. */
  #last: Promise<void> = Promise.resolve()

  constructor(options: NotifierOptions) {
    this.#options = options
    const { root, everyStep, sinks, log } = options
    const plan = { root, everyStep, most: mostFollowed }
    const saved = options.store.load()
    const state = tryState(saved)
    if (saved !== undefined && state === undefined)
      log.warn({}, 'what receivers were notified of open alarms cannot be read: they are notified of them again')
    this.#planner = state === undefined ? createPlanner(plan) : restorePlanner(plan, state.planner)
    this.#through = state?.through ?? 0
    const stored = sinks.notified()
    this.#pending = (state?.pending ?? []).filter(({ number }) => number > stored)
    // Numbers are never used again, not even where the state is older than the spool.
    this.#number = Math.max(stored, ...(state?.pending ?? []).map(({ number }) => number))
  }

  steps(steps: readonly NumberedStep[]): Promise<void> {
    return this.#inTurn(async () => {
      await this.#store()
      const fresh = steps.filter(({ n }) => n > this.#through)
      if (fresh.length === 0) return
      const at = this.#options.now()
      const told = this.#planner.steps(
        fresh.map(({ step }) => step),
        at,
      )
      this.#through = fresh.at(-1)?.n ?? this.#through
      this.#take(told, at)
      await this.#store()
    })
  }

  tick(): Promise<void> {
    return this.#inTurn(async () => {
      await this.#store()
      const at = this.#options.now()
      const told = this.#planner.tick(at)
      if (told.length === 0) return
      this.#take(told, at)
      await this.#store()
    })
  }

  test(receiver: string): Promise<void> {
    return this.#inTurn(async () => {
      await this.#store()
      const at = this.#options.now()
      const raised = testAlarm(receiver, at)
      const id = `test/${receiver}/${at}`
      const told: Notification[] = [{ id, receiver, reason: 'test', alarms: [raised] }]
      // Where each alarm is an incident of its own it must not stay open.
      if (!this.#options.groups.has(receiver)) {
        const cleared: AlarmRecord = { ...raised, step: 2, state: 'cleared', endsAt: at }
        told.push({ id: `${id}/end`, receiver, reason: 'test', alarms: [cleared] })
      }
      this.#take(told, at)
      await this.#store()
    })
  }

  counts(): { readonly followed: number; readonly overflow: number } {
    return { followed: this.#planner.size, overflow: this.#planner.overflow }
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    const done = this.#last.then(work)
    this.#last = done.catch(() => undefined)
    return done
  }

  /** Numbers what is to be told, and writes it down with the planner that will not tell it again. */
  #take(told: readonly Notification[], at: number): void {
    const placed = told.flatMap((one) => observationsOf(one, at, this.#options))
    this.#pending = placed.map((one) => ({ ...one, number: ++this.#number }))
    this.#isSaved = false
    this.#save()
  }

  /** Nothing is told before it is written down: else it would be told again after a kill. */
  #save(): void {
    if (this.#isSaved) return
    const state: State = {
      version: 1,
      through: this.#through,
      planner: this.#planner.dump(),
      pending: this.#pending,
    }
    this.#options.store.save(state)
    this.#isSaved = true
  }

  async #store(): Promise<void> {
    this.#save()
    if (this.#pending.length === 0) return
    await this.#options.sinks.notify(this.#pending)
    this.#pending = []
  }
}

const testAlarm = (receiver: string, at: number): AlarmRecord => ({
  id: `test-${receiver}-${at}`,
  step: 1,
  rule: 'test',
  origin: 'server',
  state: 'raised',
  severity: 'warning',
  network: null,
  node: null,
  labels: {},
  message: `This is a test of the receiver ${receiver}: nothing is wrong.`,
  advice: null,
  runbook: null,
  startsAt: at,
  updatedAt: at,
  endsAt: null,
  acknowledgement: null,
  suppressed: null,
  parent: null,
  symptoms: 0,
})

/** Of this or an earlier start of this program: its shape alone is looked at. */
const tryState = (saved: unknown): State | undefined => {
  if (typeof saved !== 'object' || saved === null) return undefined
  const { version, through, planner, pending } = saved as Partial<State>
  const isKnown = version === 1 && planner?.version === 1 && Array.isArray(planner.alarms)
  return isKnown && typeof through === 'number' && Array.isArray(pending) ? (saved as State) : undefined
}
