/**
 * What is given up first when there is too much, lowest first. `alarm` holds alarms and node inventory; it and
 * `block` are never given up while memory holds.
 */
export const shedClasses = ['latency', 'stats', 'log', 'block', 'alarm'] as const
export type ShedClass = (typeof shedClasses)[number]

/** Position in `shedClasses`: a smaller rank goes first. */
export const shedRank = (c: ShedClass): number => shedClasses.indexOf(c)
