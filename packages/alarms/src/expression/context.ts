/** Facts as expressions see them: fields that are read when they are asked for, and missing while they are not known. */
import { nodeColumnNames } from '@netstats/protocol/feed'
import type { NetworkFacts, NodeFacts, ServerFacts } from '../facts.ts'
import type { Context } from './expression.ts'
import { unknownFact } from './unknown-fact.ts'

export class Trend {
  readonly perHour: number
  readonly fit: number
  readonly hours: number
  constructor({ perHour, fit, hours }: NonNullable<ReturnType<NodeFacts['trend']>>) {
    this.perHour = perHour
    this.fit = fit
    this.hours = hours
  }
}

export class Node {
  readonly facts: NodeFacts
  constructor(facts: NodeFacts) {
    this.facts = facts
  }
  metric(name: string): number {
    const found = this.facts.metric(name)
    if (found === undefined) throw unknownFact
    return found.value
  }
  /** Seconds since it was observed. */
  metricAge(name: string): number {
    const found = this.facts.metric(name)
    if (found === undefined) throw unknownFact
    return Math.max(0, this.facts.at - found.at) / 1000
  }
  trend(name: string): Trend {
    const found = this.facts.trend(name)
    if (found === undefined) throw unknownFact
    return new Trend(found)
  }
}
for (const column of nodeColumnNames)
  Object.defineProperty(Node.prototype, column, {
    get(this: Node) {
      return this.facts.column(column) ?? undefined
    },
  })

const known = <T>(value: T | null | undefined): T | undefined => value ?? undefined

export class Network {
  readonly facts: NetworkFacts
  constructor(facts: NetworkFacts) {
    this.facts = facts
  }
  get name(): string {
    return this.facts.network
  }
  get nodes(): number {
    return this.facts.nodes
  }
  get active(): number {
    return this.facts.active
  }
  get head(): number | undefined {
    return known(this.facts.head)
  }
  get headAgeMs(): number | undefined {
    return this.facts.headAt === null ? undefined : Math.max(0, this.facts.at - this.facts.headAt)
  }
  get blockTimeMs(): number | undefined {
    return known(this.facts.blockTimeMs)
  }
  get usualBlockTimeMs(): number | undefined {
    return known(this.facts.usualBlockTimeMs)
  }
  get pending(): number | undefined {
    return known(this.facts.pending)
  }
  get propagationP95Ms(): number | undefined {
    return known(this.facts.propagationP95Ms)
  }
  get reorgDepth(): number {
    return this.facts.reorg?.depth ?? 0
  }
  get branches(): readonly number[] {
    return this.facts.split?.nodes ?? []
  }
}

export class Server {
  readonly facts: ServerFacts
  constructor(facts: ServerFacts) {
    this.facts = facts
  }
  metric(name: string): number {
    const found = this.facts.metric(name)
    if (found === undefined) throw unknownFact
    return found
  }
  /** `ok` where the part is not among those in trouble. */
  part(name: string): string {
    return this.facts.parts.find((part) => part.name === name)?.state ?? 'ok'
  }
}

/** The facts of one look may be those of the next, filled anew: nothing of them is kept. */
export const nodeContext = (facts: NodeFacts): Context => ({
  node: new Node(facts),
  get network() {
    return new Network(facts.networkFacts)
  },
})

export const networkContext = (facts: NetworkFacts): Context => ({ network: new Network(facts) })

export const serverContext = (facts: ServerFacts): Context => ({ server: new Server(facts) })
