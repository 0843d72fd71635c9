/** How many processes take in agents, from what is wanted, what one process can hold, and what it should. */

/** A process that is fuller than this gets others beside it. */
const fullShare = 0.7
/** Connections are spread by chance: none shall be full before the others. */
const spread = 0.9
/** Connections from which on a server leaves agents to workers, as it has the networks and the history to keep. */
const busyFrom = 4000

export interface Process {
  /** Connections one process can hold. */
  readonly each: number
  /** Cores of the machine: on one, workers would only be in the way. */
  readonly cores: number
}

export interface ScalingAtStart extends Process {
  /** Connections wanted in all, where the operator says so. */
  readonly connections: number | undefined
  /** Nodes that were here before the server was restarted: they are about to come back. */
  readonly known: number
}

/** Workers to start with, where the configuration says `auto`. */
export const workersAtStart = ({ connections, known, ...process }: ScalingAtStart): number => {
  if (connections === undefined) return workersFor(known, 0, process)
  const { each } = process
  return connections <= each ? 0 : Math.ceil(connections / (each * spread))
}

/**
 * Workers for these connections beside this process, which accepts its share, with room to grow; as many as there are
 * where that is enough.
 */
export const workersFor = (connections: number, workers: number, { each, cores }: Process): number => {
  const held = each * spread * fullShare
  const enough = workers === 0 && cores > 1 ? Math.min(busyFrom, held) : (1 + workers) * held
  if (connections < enough) return workers
  // At first two: this process has its share of connections already, and the most to do.
  return Math.max(2, workers === 0 ? 0 : workers + 1, Math.ceil(connections / held) - 1)
}
