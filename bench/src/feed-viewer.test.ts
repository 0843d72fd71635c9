import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { describe, expect, it, vi } from 'vitest'
import { WebSocketServer } from 'ws'
import type { WebSocket } from 'ws'
import { openFeedViewer } from './feed-viewer.ts'
import type { FeedViewer } from './feed-viewer.ts'

/** A server with one dashboard on it, which has pinned `alpha`. */
const openOne = async () => {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' })
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const blocks: [string, number][] = []
  const accepted = once(server, 'connection') as Promise<[WebSocket]>
  const viewer: FeedViewer = await openFeedViewer({
    url: `ws://127.0.0.1:${port}/feed`,
    network: '1',
    pinned: ['alpha'],
    onBlock: (id, number) => blocks.push([id, number]),
  })
  const [peer] = await accepted
  const tell = (rows: object): void => peer.send(JSON.stringify({ type: 'snapshot', topic: 'nodes', data: { rows } }))
  return {
    viewer,
    peer,
    blocks,
    tell,
    [Symbol.dispose]() {
      viewer[Symbol.dispose]()
      server.close()
    },
  }
}

describe('a dashboard of the bench', () => {
  it('has its first rows when they come, not with an empty table', async () => {
    using one = await openOne()
    let shown = false
    void one.viewer.firstRows.then(() => (shown = true))
    one.tell({})
    await vi.waitFor(() => expect(one.viewer.takeBytes()).toBeGreaterThan(0))
    expect(shown).toBe(false)
    one.tell({ alpha: { blockNumber: 7 } })
    await one.viewer.firstRows
    expect(one.blocks).toEqual([['alpha', 7]])
  })

  it('says how its connection ended', async () => {
    const said = vi.spyOn(process.stderr, 'write').mockReturnValue(true)
    using one = await openOne()
    one.peer.close(1013, 'slow')
    await expect(one.viewer.firstRows).rejects.toThrow('the connection of a dashboard ended: 1013 slow')
    expect(said).toHaveBeenCalledWith('the connection of a dashboard ended: 1013 slow\n')
    said.mockRestore()
  })
})
