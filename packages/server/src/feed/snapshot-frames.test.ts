import { describe, expect, it } from 'vitest'
import { createSnapshotFrames } from './snapshot-frames.ts'

describe('frames of a snapshot', () => {
  it('are encoded once for all ids, until the state is another', () => {
    const frames = createSnapshotFrames()
    let encoded = 0
    const message = (peers: number) => () => ({ topic: 'nodes', data: { peers, encoded: ++encoded } })
    const parsed = (id: number, peers: number) => JSON.parse(frames.get(id, message(peers)).toString())
    expect(parsed(1, 5)).toEqual({ type: 'snapshot', id: 1, topic: 'nodes', data: { peers: 5, encoded: 1 } })
    expect(parsed(2, 6)).toEqual({ type: 'snapshot', id: 2, topic: 'nodes', data: { peers: 5, encoded: 1 } })
    expect(frames.get(2, message(7))).toBe(frames.get(2, message(7)))
    frames.clear()
    expect(parsed(2, 8)).toMatchObject({ id: 2, data: { peers: 8, encoded: 2 } })
  })

  it('are kept for a few ids only, and made again for others', () => {
    const frames = createSnapshotFrames()
    const message = () => ({ topic: 'networks' })
    for (let id = 0; id < 100; id++) frames.get(id, message)
    expect(frames.get(0, message)).toBe(frames.get(0, message))
    expect(frames.get(99, message)).not.toBe(frames.get(99, message))
    expect(frames.get(99, message)).toEqual(frames.get(99, message))
  })
})
