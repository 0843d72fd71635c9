/** What a receiver of every step must have been told, from what the server wrote down of its alarms. */
import { DatabaseSync } from 'node:sqlite'
import { join } from 'node:path'
import type { AlarmRecord } from '@netstats/protocol/feed'

export class Violation extends Error {}

/** A step as it was posted. */
export interface PostedStep {
  readonly id: string
  readonly step: number
  readonly state: string
}

/** Steps of each alarm, in their order, of a server that does not run. */
export const readSteps = (data: string): ReadonlyMap<string, readonly AlarmRecord[]> => {
  const db = new DatabaseSync(join(data, 'alarms.db'))
  try {
    const alarms = new Map<string, AlarmRecord[]>()
    for (const { record } of db.prepare('SELECT record FROM steps ORDER BY alarm, step').all()) {
      const alarm = JSON.parse(String(record)) as AlarmRecord
      const steps = alarms.get(alarm.id)
      if (steps === undefined) alarms.set(alarm.id, [alarm])
      else steps.push(alarm)
    }
    return alarms
  } finally {
    db.close()
  }
}

/** Told from the first step on at which it is open and not suppressed, to its end. */
export const toldOf = (steps: readonly AlarmRecord[]): readonly number[] => {
  const first = steps.findIndex(({ state, suppressed }) => state !== 'cleared' && suppressed === null)
  return first === -1 ? [] : steps.slice(first).map(({ step }) => step)
}

/** The first time each step came, by alarm, in the order in which they came. */
export const firstOf = (posted: readonly PostedStep[]): ReadonlyMap<string, readonly PostedStep[]> => {
  const known = new Set<string>()
  const alarms = new Map<string, PostedStep[]>()
  for (const one of posted) {
    const key = `${one.id} ${one.step}`
    if (known.has(key)) continue
    known.add(key)
    const steps = alarms.get(one.id)
    if (steps === undefined) alarms.set(one.id, [one])
    else steps.push(one)
  }
  return alarms
}

/** Throws at the first step that is lost, out of order, or of an alarm that there is none of. Gives raises and clears. */
export const checkTold = (
  written: ReadonlyMap<string, readonly AlarmRecord[]>,
  posted: readonly PostedStep[],
): { readonly raised: number; readonly cleared: number } => {
  const received = firstOf(posted)
  for (const id of received.keys()) if (!written.has(id)) throw new Violation(`alarm ${id} is not one of the server's`)
  let raised = 0
  let cleared = 0
  for (const [id, steps] of written) {
    const wanted = toldOf(steps)
    const got = received.get(id) ?? []
    const numbers = got.map(({ step }) => step)
    if (JSON.stringify(numbers) !== JSON.stringify(wanted))
      throw new Violation(`alarm ${id}: steps ${wanted.join(' ')} were to be told, ${numbers.join(' ')} came`)
    const states = got.map(({ state }) => state)
    if (states.length > 0 && states[0] !== 'raised') throw new Violation(`alarm ${id} began as ${states[0]}`)
    if (states.filter((one) => one === 'raised').length > 1) throw new Violation(`alarm ${id} was raised twice`)
    if (states.indexOf('cleared') !== -1 && states.indexOf('cleared') !== states.length - 1)
      throw new Violation(`alarm ${id} went on after its end`)
    raised += Number(states.length > 0)
    cleared += Number(states.at(-1) === 'cleared')
  }
  return { raised, cleared }
}
