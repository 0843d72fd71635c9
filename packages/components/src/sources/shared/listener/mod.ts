/** Listeners of sources: bounded, counted, with a share for each sender. */
export { listenOptions, listensSomewhere, tlsOptions } from './config.ts'
export type { Peer } from './gate.ts'
export { openListener } from './listener.ts'
export type { Listener } from './listener.ts'
export { createObservationQueue } from './observation-queue.ts'
export { observeListener } from './observe.ts'
