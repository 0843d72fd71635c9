/** Rules over facts that were recorded or scripted: what would have been told, and when. */
import { day, second } from '../durations.ts'
import { createAlarmEngine } from '../life/mod.ts'
import type { AlarmStep } from '../life/mod.ts'
import type { Rule, Subject } from '../rule.ts'
import type { Rules } from '../rules/mod.ts'
import { readLine } from './line.ts'
import { createSubjects } from './subjects.ts'

/** As often as a server looks. */
const everyMs = 5 * second
/** Between two lines: each look in between takes its time. */
const longestPauseMs = 31 * day

export interface Replay {
  /** Takes the next line. Gives the steps that follow up to its time. Throws a `ParseError` where it cannot be read. */
  readonly take: (line: string) => readonly AlarmStep[] | { readonly problem: string }
  /** The steps at the time of the last line. */
  readonly end: () => readonly AlarmStep[]
}

export const createReplay = (rules: Rules): Replay => {
  const engine = createAlarmEngine()
  const subjects = createSubjects()
  let next: number | undefined
  let last = 0

  const judge = <Facts>(of: readonly Rule<Facts>[], subject: Subject, facts: Facts, at: number): void => {
    for (const rule of of) engine.judge(rule, subject, rule.judge(facts, engine.isOpen(rule.name, subject)), at)
  }
  const look = (at: number): void => {
    judge(rules.server, { network: null, node: null }, subjects.server(at), at)
    for (const network of subjects.networks(at)) {
      judge(rules.network, { network: network.network, node: null }, network, at)
      for (const node of subjects.nodes(network))
        judge(rules.node, { network: network.network, node: node.node }, node, at)
    }
    engine.tick(at)
  }

  return {
    take(text) {
      const line = readLine(text)
      if (line.at < last) return { problem: 'at: is before the line before' }
      if (last > 0 && line.at - last > longestPauseMs)
        return { problem: 'at: is more than 31 days after the line before' }
      last = line.at
      next ??= line.at
      for (; next < line.at; next += everyMs) look(next)
      if (!subjects.take(line)) return { problem: 'names more networks and nodes than are replayed (10,000)' }
      return engine.takeSteps()
    },
    end() {
      if (next !== undefined) look(last)
      return engine.takeSteps()
    },
  }
}
