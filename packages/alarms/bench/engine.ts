/**
 * `npm run bench:alarms`: what the engine costs a server with 30,000 nodes and 20 rules about each: a look at which all is
 * well, the hardest moment, when all nodes fall silent at once, and what has to be kept and read again after it.
 */
import { createAlarmEngine } from '../src/life/mod.ts'
import type { RuleInfo, RuleTiming, Subject } from '../src/rule.ts'

const nodes = Number(process.argv[2] ?? 30_000)
const rules: readonly (RuleInfo & RuleTiming)[] = Array.from({ length: 20 }, (_, n) => ({
  name: `rule-${n}`,
  meaning: '',
  advice: '',
  for: 30_000,
  clearAfter: 15_000,
}))
const [silent] = rules
if (silent === undefined) throw new Error('No rules.')
const subjects: readonly Subject[] = Array.from({ length: nodes }, (_, n) => ({ network: '1', node: `node-${n}` }))
const engine = createAlarmEngine({ nodesOf: () => nodes })
let at = 1_800_000_000_000

const line = (what: string, ms: number, calls: number): void => {
  const each = (ms * 1e6) / calls
  process.stdout.write(
    `| ${what} | ${ms.toFixed(1)} | ${each < 10_000 ? `${each.toFixed(0)} ns` : `${(each / 1000).toFixed(0)} µs`} |\n`,
  )
}
const cpuMs = (): number => {
  const { user, system } = process.threadCpuUsage()
  return (user + system) / 1000
}
/** CPU time of this thread, the least of some runs: others use the machine too. */
const timed = (what: string, calls: number, run: () => void, runs = 1): void => {
  let best = Number.POSITIVE_INFINITY
  for (let n = 0; n < runs; n++) {
    const from = cpuMs()
    run()
    best = Math.min(best, cpuMs() - from)
  }
  line(what, best, calls)
}

const allWell = (): void => {
  for (const subject of subjects) for (const rule of rules) engine.judge(rule, subject, [], at)
}
const ask = (): void => {
  for (const subject of subjects) for (const rule of rules) engine.isOpen(rule.name, subject)()
}
const silence = (count: number): void => {
  for (const [n, subject] of subjects.entries())
    engine.judge(
      silent,
      subject,
      n < count ? [{ severity: 'major', message: `Inactive for ${at % 100_000} ms` }] : [],
      at,
    )
}
const tick = (ms: number): void => {
  at += ms
  engine.tick(at)
}

process.stdout.write(`${nodes} nodes, ${rules.length} rules\n\n| | ms of CPU | each |\n| --- | --: | --: |\n`)
const looks = nodes * rules.length
timed('look, all well', looks, allWell, 5)
timed('ask whether any is open, all well', looks, ask, 5)
timed('tick, all well', 1, () => tick(1000), 5)

silence(10)
tick(31_000)
timed('look, 10 alarms open', looks, allWell, 1)
tick(60_000)
engine.takeSteps()
engine.takeChanges()

timed('all nodes fall silent: first look', nodes, () => silence(nodes))
timed('… raised at one tick', nodes, () => tick(31_000))
const steps = engine.takeSteps()
timed('… look again', nodes, () => silence(nodes), 3)
timed('… tick', 1, () => tick(1000), 3)
timed('… counts', 1, () => void engine.counts('1'))
timed('… what changed, as JSON', nodes, () => void JSON.stringify(engine.takeChanges()))
let state = ''
timed('… the whole state, as JSON', nodes, () => void (state = JSON.stringify(engine.dump())))
timed('… restored', nodes, () => void createAlarmEngine({ state: JSON.parse(state) as ReturnType<typeof engine.dump> }))
timed('all are back: look', nodes, () => silence(0))
timed('… cleared at one tick', nodes, () => tick(16_000))
const told = [...steps, ...engine.takeSteps()].filter(({ alarm }) => alarm.suppressed === null)
process.stdout.write(
  `\n${steps.length} steps when they fell silent; of all steps ${told.length} tell anybody: ` +
    `${told.map(({ name, alarm }) => `${name} ${alarm.rule}`).join(', ')}. State: ${(state.length / 2 ** 20).toFixed(1)} MiB.\n`,
)
