/**
 * `node packages/alarms/bench/expression.ts`: CPU time of one evaluation of a configured rule, compared with one of the
 * product's rules on the same facts in the same run.
 */
import { configuredRules } from '../src/configured/mod.ts'
import { nodeBehind } from '../src/rules/node-behind.ts'
import type { NodeFacts } from '../src/facts.ts'
import type { Rule } from '../src/rule.ts'
import { nodeFacts } from '../src/testing/facts.ts'

const rounds = 300_000
const facts = nodeFacts(Date.now(), { columns: { peers: 7 }, metrics: { 'host.diskFreeBytes': 5e10 } })

const conditions = {
  'one comparison': 'node.peers < 3',
  'two facts and a sum': 'node.behind > 5 && node.behind * 5 > network.nodes + 20',
  'a metric': 'node.metric("host.diskFreeBytes") < 1000000000',
  'a fact that is not known': 'node.metric("host.load1") > 8',
  'a column that is not known': 'node.gasPrice == "1"',
  'a list': 'node.peers < 3 || [10, 20, 30].exists(n, n > 40)',
}

const nanoseconds = (rule: Rule<NodeFacts>): number => {
  const closed = () => false
  const run = (times: number): void => {
    for (let i = 0; i < times; i++) rule.judge(facts, closed)
  }
  run(rounds / 10)
  const before = process.cpuUsage()
  run(rounds)
  const { user, system } = process.cpuUsage(before)
  return ((user + system) * 1000) / rounds
}

process.stdout.write('| rule | ns an evaluation |\n| --- | --: |\n')
process.stdout.write(`| node-behind, of the product | ${nanoseconds(nodeBehind).toFixed(0)} |\n`)
for (const [name, when] of Object.entries(conditions)) {
  const { rules, faults } = configuredRules([{ name: 'own', enabled: true, about: 'node', when, message: 'x' }])
  const rule = rules.node.at(-1)
  if (rule === undefined || faults.length > 0) throw new Error(faults[0]?.message)
  process.stdout.write(`| ${name}: \`${when}\` | ${nanoseconds(rule).toFixed(0)} |\n`)
}
