import { describe, expect, it } from 'vitest'
import { readScript, scriptConfig } from './file.ts'

const cast = { engine: 'qbft', validators: 4, candidates: 1 } as const
const read = (file: unknown) => readScript(scriptConfig.parse(file), cast)

describe('a script in a file', () => {
  it('names nodes and writes times with their unit', () => {
    const scenes = [
      { at: '1m30s', do: 'stop', node: 'validator-4', say: 'it rains' },
      { at: '2m', do: 'slow', node: 'node-1', by: '1500ms' },
      { at: '2m', do: 'clock', node: 'validator-1', behind: '2s' },
      { at: '3m', do: 'partition', groups: [['validator-1', 'validator-2']] },
      { at: '4m', do: 'vote', node: 'validator-1', on: 'node-1', type: 'add' },
    ]
    expect(read({ repeat: '10m', emptyBlockPeriod: '30s', epoch: 20, transactionsPerSecond: 0, scenes })).toEqual({
      repeatAfter: 600,
      emptyBlockPeriod: 30,
      epoch: 20,
      transactionsPerSecond: 0,
      scenes: [
        { after: 90, do: 'stop', node: 3, say: 'it rains' },
        { after: 120, do: 'slow', node: 4, ms: 1500 },
        { after: 120, do: 'clock', node: 0, ms: -2000 },
        { after: 180, do: 'partition', groups: [[0, 1]] },
        { after: 240, do: 'vote', node: 0, on: 4, type: 'add' },
      ],
    })
  })

  it.each(['validator-5', 'validator-0', 'node-2', 'nobody'])('says that there is no node %s', (node) => {
    expect(() => read({ scenes: [{ at: '1s', do: 'stop', node }] })).toThrow(
      `no node "${node}"; there are validator-1 to validator-4 and node-1 to node-1`,
    )
  })

  it('refuses what the engine cannot do', () => {
    expect(() => read({ scenes: [{ at: '1s', do: 'deadlock' }] })).toThrow('"deadlock" is of Clique')
  })
})
