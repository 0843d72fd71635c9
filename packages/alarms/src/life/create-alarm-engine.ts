import type { Acknowledging, AlarmEngine, EngineLimits, EngineOptions } from './alarm-engine.ts'
import { readCauses } from './causes.ts'
import { createCounts } from './counts.ts'
import { defaultCauses } from './default-causes.ts'
import type { Entry } from './entry.ts'
import { createFamilies } from './families.ts'
import { isOpenIn, judgeIn } from './judging.ts'
import { createLife } from './life.ts'
import type { Life } from './life.ts'
import { createLifecycle } from './lifecycle.ts'
import type { Lifecycle } from './lifecycle.ts'
import { createRaiseMemory } from './raises.ts'
import { createReporters } from './reporters.ts'
import { reportIn } from './reporting.ts'
import { createSilences } from './silences.ts'
import { allPieces, pieceOf, restoreInto } from './state.ts'
import { tickIn } from './tick.ts'

const defaults: EngineLimits = { judged: 50_000, perSubject: 100, reported: 20_000, perNode: 100, silences: 500 }
const defaultGatherMs = 10_000

/** What people do. */
const handling = (life: Life): Pick<AlarmEngine, 'acknowledge' | 'unacknowledge'> => ({
  acknowledge(id: string, { by, at, until, comment }: Acknowledging) {
    const entry = life.byId(id)
    if (entry === undefined) return undefined
    entry.acknowledgement = { by, at: life.advance(at), until: until ?? null, comment: comment ?? null }
    entry.acknowledgedSeverity = entry.severity
    return life.step(entry, 'acknowledged')
  },
  unacknowledge(id: string, _by: string, at: number) {
    const entry = life.byId(id)
    if (entry?.record == null) return undefined
    life.advance(at)
    if (entry.acknowledgement === null) return entry.record
    entry.acknowledgement = null
    entry.acknowledgedSeverity = null
    return life.step(entry, 'updated')
  },
})

const forgetIn = (life: Life, lifecycle: Lifecycle): AlarmEngine['forget'] => {
  return (subject, at, why) => {
    life.advance(at)
    const gone = new Set(life.about(subject))
    const clear = (entry: Entry): void => {
      if (!gone.delete(entry)) return
      // Before their cause: they are over too, and nobody is to be notified of them now.
      for (const symptom of entry.symptoms) clear(symptom)
      if (entry.record === null) life.drop(entry)
      else lifecycle.clear(entry, `${entry.message} (${why})`)
    }
    for (const entry of gone) clear(entry)
  }
}

export const createAlarmEngine = (options: EngineOptions = {}): AlarmEngine => {
  const limits = { ...defaults, ...options.limits }
  const causes = readCauses(options.causes ?? defaultCauses)
  const raises = createRaiseMemory(limits.judged)
  const reporters = createReporters()
  const silences = createSilences(limits.silences)
  const life = createLife((byMs) => {
    raises.shift(byMs)
    reporters.shift(byMs)
  })
  const families = createFamilies(life, causes)
  const lifecycle = createLifecycle({ life, families, silences, raises, nodesOf: options.nodesOf ?? (() => 0) })
  const advance = tickIn({ life, lifecycle, families, causes, silences, gatherMs: options.gatherMs ?? defaultGatherMs })
  let dropped = 0
  const lose = (): void => void dropped++
  let silencesTouched = false

  if (options.state !== undefined) {
    for (const silence of options.state.silences) silences.add(silence)
    restoreInto(life, raises, options.state)
    life.takeTouched()
  }

  return {
    judge: judgeIn(life, limits, lose),
    report: reportIn({ life, lifecycle, raises, reporters, limits, lose }),
    isOpen: isOpenIn(life),
    forget: forgetIn(life, lifecycle),
    ...handling(life),
    addSilence(silence) {
      silencesTouched = true
      return silences.add(silence)
    },
    removeSilence(id) {
      silencesTouched = true
      return silences.remove(id)
    },
    silences: silences.list,
    tick(at) {
      advance(at)
      for (const key of raises.forget(life.at())) life.touch(key)
    },
    takeSteps: life.takeSteps,
    get: (id) => life.byId(id)?.record ?? undefined,
    *open() {
      for (const { record } of life.open()) if (record !== null) yield record
    },
    counts: createCounts(life),
    figures: () => ({ open: life.openCount(), pending: life.entries.size - life.openCount(), dropped }),
    dump: () => ({ version: 1, at: life.at(), entries: allPieces(life, raises), silences: silences.list() }),
    takeChanges() {
      const isTouched = silencesTouched
      silencesTouched = false
      return {
        at: life.at(),
        entries: Array.from(life.takeTouched(), (key) => [key, pieceOf(life, raises, key)] as const),
        silences: isTouched ? silences.list() : undefined,
      }
    },
  }
}
