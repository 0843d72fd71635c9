import { describe, expect, it } from 'vitest'
import { createRequestSizes } from './request-sizes.ts'

const besu = { id: 'b', network: '1337', historyBatch: 5 }

describe('what a node is asked for at a time', () => {
  it('is halved by what is never answered, down to nothing where single blocks fail', () => {
    const sizes = createRequestSizes()
    const asked: number[] = []
    for (let session = 0; session < 6; session++) {
      const size = sizes.of(besu)
      asked.push(size)
      if (size > 0) sizes.lost(besu, size)
    }
    expect(asked).toEqual([5, 2, 1, 1, 0, 0])
  })

  it('grows again by what is answered, to what its client is good for', () => {
    const sizes = createRequestSizes()
    sizes.lost(besu, 5)
    sizes.lost(besu, 2)
    const asked: number[] = []
    for (let question = 0; question < 4; question++) {
      asked.push(sizes.of(besu))
      sizes.answered(besu, sizes.of(besu))
    }
    expect(asked).toEqual([1, 2, 4, 5])
  })

  it('is its own for each node of each network', () => {
    const sizes = createRequestSizes()
    sizes.lost(besu, 5)
    expect([sizes.of({ ...besu, network: '7' }), sizes.of({ ...besu, id: 'c' })]).toEqual([5, 5])
  })

  it('does not hold on to more nodes than it may', () => {
    const sizes = createRequestSizes()
    for (let n = 0; n <= 10_000; n++) sizes.lost({ ...besu, id: String(n) }, 5)
    expect([sizes.of({ ...besu, id: '0' }), sizes.of({ ...besu, id: '1' })]).toEqual([5, 2])
  })
})
