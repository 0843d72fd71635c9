/** Whether a peer is alive: it is checked at intervals, and each check looks at whether something came since the last one. */
export interface Liveness {
  /** Something came since the last check. */
  heard: boolean
  silentChecks: number
}

export const createLiveness = (): Liveness => ({ heard: true, silentChecks: 0 })

/** A check: true where the peer has been silent for `mostSilent` checks in a row. */
export const isSilent = (peer: Liveness, mostSilent: number): boolean => {
  peer.silentChecks = peer.heard ? 0 : peer.silentChecks + 1
  peer.heard = false
  return peer.silentChecks >= mostSilent
}
