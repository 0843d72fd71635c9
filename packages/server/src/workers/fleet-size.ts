/** How many processes take in agents, from what is wanted and from what one process can hold. */

/** A process that is fuller than this gets others beside it. */
const fullShare = 0.5
/** Connections are spread by chance: none shall be full before the others. */
const spread = 0.9

export interface FleetSize {
  /** Connections wanted in all, where the operator says so. */
  readonly connections: number | undefined
  /** Nodes that were here before the server was started anew: they are about to come back. */
  readonly known: number
  /** Connections one process can hold. */
  readonly each: number
}

/**
 * Workers to start with, where the operator leaves it to us: none while one process holds all, or is not too full with
 * those who were here before.
 */
export const workersAtStart = ({ connections, known, each }: FleetSize): number => {
  const wanted = connections ?? (known > each * spread * fullShare ? Math.max(known, each + 1) : 0)
  return wanted <= each ? 0 : Math.ceil(wanted / (each * spread))
}

/**
 * Workers for so many connections beside this process, which takes in its share, with room to grow; as many as there are
 * where that is enough.
 */
export const workersFor = (connections: number, workers: number, each: number): number => {
  const room = (1 + workers) * each * spread
  if (connections < room * fullShare) return workers
  // At first two: this process has its share of connections already, and the most to do.
  return Math.max(2, workers + 1, Math.ceil(connections / (each * spread * fullShare)) - 1)
}
