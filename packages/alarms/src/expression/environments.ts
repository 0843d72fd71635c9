/** What expressions may use, by what they are about. Fields of nodes are the columns of the table of nodes. */
import { Environment } from '@marcbachmann/cel-js'
import { columnDefinition, nodeColumnNames } from '@netstats/protocol/feed'
import type { ColumnType } from '@netstats/protocol/feed'
import { bytesText, durationText, percentText, timeText } from '../words.ts'
import { Network, Node, Server, Trend } from './context.ts'
import type { About } from './expression.ts'

const typeOf: Readonly<Record<ColumnType, string>> = {
  text: 'string',
  number: 'double',
  decimal: 'string',
  flag: 'bool',
  state: 'string',
  list: 'list<double>',
}

export const nodeFields: Readonly<Record<string, string>> = Object.fromEntries(
  nodeColumnNames.map((name) => [name, typeOf[columnDefinition(name).type]]),
)

export const networkFields = {
  name: 'string',
  nodes: 'double',
  active: 'double',
  head: 'double',
  headAgeMs: 'double',
  blockTimeMs: 'double',
  usualBlockTimeMs: 'double',
  pending: 'double',
  propagationP95Ms: 'double',
  reorgDepth: 'double',
  branches: 'list<double>',
} as const satisfies Readonly<Record<string, string>>

const limits = { maxAstNodes: 300, maxDepth: 30, maxListElements: 100, maxMapEntries: 20, maxCallArguments: 8 }

type Numeric = (left: number | bigint, right: number | bigint) => number
const calculations: Readonly<Record<string, Numeric>> = {
  '+': (left, right) => Number(left) + Number(right),
  '-': (left, right) => Number(left) - Number(right),
  '*': (left, right) => Number(left) * Number(right),
  '/': (left, right) => Number(left) / Number(right),
}

const base = (): Environment => {
  const environment = new Environment({ limits })
  // All facts are doubles; CEL alone would ask for `60.0` beside them.
  for (const [sign, calculate] of Object.entries(calculations)) {
    environment.registerOperator(`double ${sign} int`, calculate)
    environment.registerOperator(`int ${sign} double`, calculate)
  }
  environment.registerOperator('double == int', (left: number, right: bigint) => left === Number(right))
  const words = { durationText, sizeText: bytesText, timeText, percentText }
  for (const [name, write] of Object.entries(words))
    environment.registerFunction(`${name}(double): string`, (value: number) => write(value))
  return environment
    .registerType('Network', { ctor: Network, fields: networkFields })
    .registerType('Trend', { ctor: Trend, fields: { perHour: 'double', fit: 'double', hours: 'double' } })
}

const builders: Readonly<Record<About, () => Environment>> = {
  node: () =>
    base()
      .registerType('Node', { ctor: Node, fields: nodeFields })
      .registerVariable('node', 'Node')
      .registerVariable('network', 'Network')
      .registerFunction('Node.metric(string): double', (node: Node, name: string) => node.metric(name))
      .registerFunction('Node.metricAge(string): double', (node: Node, name: string) => node.metricAge(name))
      .registerFunction('Node.trend(string): Trend', (node: Node, name: string) => node.trend(name)),
  network: () => base().registerVariable('network', 'Network'),
  server: () =>
    base()
      .registerType('Server', { ctor: Server, fields: {} })
      .registerVariable('server', 'Server')
      .registerFunction('Server.metric(string): double', (server: Server, name: string) => server.metric(name))
      .registerFunction('Server.part(string): string', (server: Server, name: string) => server.part(name)),
}

const made = new Map<About, Environment>()

/** Made when it is first needed, and once: it is what costs. */
export const environmentOf = (about: About): Environment => {
  const before = made.get(about)
  if (before !== undefined) return before
  const environment = builders[about]()
  made.set(about, environment)
  return environment
}
