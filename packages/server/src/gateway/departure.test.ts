import { describe, expect, it } from 'vitest'
import { createDeparture } from './departure.ts'

const never = () => {
  throw new Error('nobody was to be cut')
}

describe('the end of a gateway', () => {
  it('has nobody to wait for where nobody is there', async () => {
    await createDeparture(new Set()).all(0, never)
  })

  it('comes when the last peer has gone', async () => {
    const peers = new Set([1, 2])
    const departure = createDeparture(peers)
    let ended = false
    const all = departure.all(60_000, never).then(() => (ended = true))
    peers.delete(1)
    departure.gone()
    await Promise.resolve()
    expect(ended).toBe(false)
    peers.delete(2)
    departure.gone()
    await all
  })

  it('cuts those that stay beyond the grace, and still waits for them to be gone', async () => {
    const peers = new Set([1])
    const departure = createDeparture(peers)
    const cut: number[] = []
    await departure.all(0, () => {
      cut.push(...peers)
      peers.clear()
      departure.gone()
    })
    expect(cut).toEqual([1])
  })
})
