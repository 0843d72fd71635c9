import { describe, expect, it } from 'vitest'
import { createLiveness, isSilent } from './liveness.ts'

describe('a peer that is checked', () => {
  it('is silent once nothing came for so many checks in a row', () => {
    const peer = createLiveness()
    expect([isSilent(peer, 2), isSilent(peer, 2)]).toEqual([false, false])
    peer.heard = true
    expect([isSilent(peer, 2), isSilent(peer, 2), isSilent(peer, 2)]).toEqual([false, false, true])
  })
})
