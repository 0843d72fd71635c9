import type { AlarmEngine, EngineLimits, EngineOptions } from './alarm-engine.ts'
import { createCounts } from './counts.ts'
import { isOpenIn, judgeIn } from './judging.ts'
import { createLife } from './life.ts'
import { createLifecycle } from './lifecycle.ts'
import { reportIn } from './reporting.ts'
import { createSilences } from './silences.ts'
import { entryState, restoreInto } from './state.ts'
import { tickIn } from './tick.ts'

const defaults: EngineLimits = { judged: 50_000, perSubject: 100, reported: 20_000, perNode: 100, silences: 500 }

export const createAlarmEngine = (options: EngineOptions = {}): AlarmEngine => {
  const limits = { ...defaults, ...options.limits }
  const life = createLife()
  const silences = createSilences(limits.silences)
  const lifecycle = createLifecycle(life, silences)
  let dropped = 0
  const lose = (): void => void dropped++
  let silencesTouched = false

  if (options.state !== undefined) {
    for (const silence of options.state.silences) silences.add(silence)
    restoreInto(life, options.state)
    life.takeTouched()
  }

  return {
    judge: judgeIn(life, limits, lose),
    report: reportIn(life, lifecycle, limits, lose),
    isOpen: isOpenIn(life),
    forget(subject, at, why) {
      life.advance(at)
      for (const entry of life.about(subject)) {
        if (entry.record === null) life.drop(entry)
        else lifecycle.clear(entry, `${entry.message} (${why})`)
      }
    },
    acknowledge(id, { by, at, until, comment }) {
      const entry = life.byId(id)
      if (entry === undefined) return undefined
      entry.acknowledgement = { by, at: life.advance(at), until: until ?? null, comment: comment ?? null }
      entry.acknowledgedSeverity = entry.severity
      return life.step(entry, 'acknowledged')
    },
    unacknowledge(id, _by, at) {
      const entry = life.byId(id)
      if (entry === undefined) return undefined
      life.advance(at)
      if (entry.acknowledgement === null) return entry.record ?? undefined
      entry.acknowledgement = null
      entry.acknowledgedSeverity = null
      return life.step(entry, 'updated')
    },
    addSilence(silence) {
      silencesTouched = true
      return silences.add(silence)
    },
    removeSilence(id) {
      silencesTouched = true
      return silences.remove(id)
    },
    silences: silences.list,
    tick: tickIn(life, lifecycle, silences),
    takeSteps: life.takeSteps,
    get: (id) => life.byId(id)?.record ?? undefined,
    *open() {
      for (const { record } of life.open()) if (record !== null) yield record
    },
    counts: createCounts(life),
    figures: () => ({ open: life.openCount(), pending: life.entries.size - life.openCount(), dropped }),
    dump: () => ({
      version: 1,
      at: life.at(),
      entries: Array.from(life.entries.values(), entryState),
      silences: silences.list(),
    }),
    takeChanges() {
      const touched = silencesTouched
      silencesTouched = false
      return {
        at: life.at(),
        entries: Array.from(life.takeTouched(), (key) => {
          const entry = life.entries.get(key)
          return [key, entry === undefined ? null : entryState(entry)] as const
        }),
        silences: touched ? silences.list() : undefined,
      }
    },
  }
}
