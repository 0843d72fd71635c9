import { describe } from 'vitest'
import { hour, minute } from '../durations.ts'
import { nodeFacts } from '../testing/facts.ts'
import { testScenarios } from '../testing/scenario.ts'
import { fewPeers, noPeers } from './peers.ts'

const peers =
  (count: number | null, behind = 0, nodes = 6) =>
  (at: number) =>
    nodeFacts(at, { columns: { peers: count, behind }, network: { nodes } })

describe('node-without-peers', () => {
  testScenarios(noPeers, [
    {
      name: 'tells of a node that is cut off, and when it has peers again',
      script: [
        [3 * minute, peers(0, 4)],
        [3 * minute, peers(2, 0)],
      ],
      tells: ['raised major', 'cleared'],
      says: 'validator-1 has no peers and is 4 blocks behind the head',
    },
    { name: 'leaves a node alone that makes its own blocks', script: [[hour, peers(0, 0)]], tells: [] },
    { name: 'says nothing where peers are not known', script: [[hour, peers(null, 4)]], tells: [] },
    {
      name: 'says nothing of a restart',
      script: [
        [40_000, peers(0, 4)],
        [hour, peers(3)],
      ],
      tells: [],
    },
  ])
})

describe('node-few-peers', () => {
  testScenarios(fewPeers, [
    {
      name: 'tells of a node that hangs on few, until it has one more than needed',
      script: [
        [20 * minute, peers(2)],
        [20 * minute, peers(3)],
        [20 * minute, peers(4)],
      ],
      tells: ['raised warning', 'cleared'],
      says: 'validator-1 has 2 peers; 3 or more are safe',
    },
    { name: 'takes a small network as it is', script: [[hour, peers(2, 0, 4)]], tells: [] },
    { name: 'leaves a network of two alone', script: [[hour, peers(1, 0, 2)]], tells: [] },
    { name: 'says nothing of enough', script: [[hour, peers(3)]], tells: [] },
  ])
})
