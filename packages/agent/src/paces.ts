import type { NodeId } from '@netstats/protocol'

/** How often the state of each node may be reported, as the servers it is reported to ask for. */
export interface Paces {
  /** What one sink asks for; 0: nothing. */
  ask(sink: string, node: NodeId, reportMs: number): void
  /** The longest that any sink asks for; 0: none does. */
  of(node: NodeId): number
}

/** No server can make a node fall silent: who reports less than that is taken for gone. */
const longestMs = 60_000

/** Sources are shared: who asks for less slows down what the others get as well. */
export const createPaces = (): Paces => {
  const asked = new Map<NodeId, Map<string, number>>()
  return {
    ask(sink, node, reportMs) {
      let sinks = asked.get(node)
      if (sinks === undefined) asked.set(node, (sinks = new Map()))
      if (reportMs > 0) sinks.set(sink, Math.min(reportMs, longestMs))
      else sinks.delete(sink)
    },
    of: (node) => Math.max(0, ...(asked.get(node)?.values() ?? [])),
  }
}
