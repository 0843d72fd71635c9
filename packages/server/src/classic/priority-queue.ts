/** Names that wait for their turn, each once: the urgent ones first, then those that have waited longest. */
export interface PriorityQueue {
  add(name: string, urgent: boolean): void
  /** Takes one out; undefined where none waits. */
  next(): string | undefined
}

export const createPriorityQueue = (): PriorityQueue => {
  const lists = { urgent: createQueue(), other: createQueue() }
  return {
    add(name, urgent) {
      if (urgent) {
        lists.other.delete(name)
        lists.urgent.add(name)
      } else if (!lists.urgent.has(name)) lists.other.add(name)
    },
    next: () => lists.urgent.take() ?? lists.other.take(),
  }
}

const createQueue = () => {
  const names = new Set<string>()
  // One walk for all: a new one would begin with the places of all that were taken out before.
  let walk = names.values()
  return {
    add: (name: string) => names.add(name),
    has: (name: string) => names.has(name),
    delete: (name: string) => names.delete(name),
    take(): string | undefined {
      let step = walk.next()
      if (step.done === true) {
        walk = names.values()
        step = walk.next()
      }
      if (step.done === true) return undefined
      names.delete(step.value)
      return step.value
    },
  }
}
