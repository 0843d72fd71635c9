import { describe, expect, it } from 'vitest'
import { createStage, emit, hashOf, helloFrame, latencyFrame } from '../gateway/ethstats/testing.ts'
import type { Peer, Stage } from '../gateway/ethstats/testing.ts'

const fork = 106
const clients = {
  geth: 'Geth/v1.13.15-stable/linux-amd64/go1.21.6',
  besu: 'besu/v25.11.0/linux-x86_64/openjdk-java-21',
}

const blockOf = (number: number, branch: number) => ({
  number,
  hash: hashOf(number, number < fork ? 0 : branch),
  parentHash: number === 0 ? hashOf(0, 9) : hashOf(number - 1, number - 1 < fork ? 0 : branch),
  timestamp: 1_767_225_600 + number * 5,
  miner: `0x${'a'.repeat(40)}`,
  gasUsed: 0,
  gasLimit: 8_000_000,
  difficulty: '2',
  transactions: [],
  uncles: [],
})

/** Answers what it is asked, from the branch it stands on. */
const answerAll = (stage: Stage, peer: Peer, branch: number): number => {
  let asked = 0
  for (; ; asked++) {
    const question = peer.done.findIndex((one) => one.type === 'send' && one.text.includes('"history"'))
    if (question < 0) return asked
    const [one] = peer.done.splice(question, 1)
    const { list } = (JSON.parse(one?.type === 'send' ? one.text : '') as { emit: [string, { list: number[] }] })
      .emit[1]
    stage.say(peer, emit('history', { id: peer.id, history: list.toReversed().map((n) => blockOf(n, branch)) }))
  }
}

describe('a deep reorganisation that is told by heads only', () => {
  it.each(Object.entries(clients))('is found within a minute by asking %s', (_, client) => {
    const stage = createStage()
    const peers = ['n1', 'n2', 'n3'].map((id) => {
      const peer = stage.open()
      stage.say(peer, helloFrame(id, { node: client }))
      return peer
    })
    for (let n = 1; n <= 150; n++)
      for (const peer of peers) stage.say(peer, emit('block', { id: peer.id, block: blockOf(n, 0) }))
    for (const peer of peers) {
      stage.say(peer, latencyFrame(peer.id))
      answerAll(stage, peer, 0)
    }
    let asked = 0
    let seconds = 0
    for (let n = 152; seconds < 60 && stage.core.networks()[0]?.summary().deepestReorg === 0; n++) {
      for (const peer of peers) {
        stage.say(peer, emit('block', { id: peer.id, block: blockOf(n, 1) }))
        stage.say(peer, latencyFrame(peer.id))
        asked += answerAll(stage, peer, 1)
      }
      stage.pass(5)
      stage.core.apply({ type: 'tick', at: stage.at() })
      seconds += 5
    }
    expect(stage.core.networks()[0]?.summary()).toMatchObject({ reorgs: 1, deepestReorg: 45, split: null })
    expect(stage.core.networks()[0]?.inDoubt).toBe(false)
    expect(asked).toBeLessThanOrEqual(12)
  })
})
