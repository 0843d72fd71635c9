import { describe, expect, it } from 'vitest'
import { createTopicState } from './topic-state.ts'
import { createSharedTopics, inTurn } from './shared-topics.ts'
import type { SharedTopic } from './shared-topics.ts'

const replay = { count: 1, bytes: 1 }
let number = 0
const sharedTopicOf = (
  network: string,
  owner: string | undefined,
  servedAt = Number.NEGATIVE_INFINITY,
): SharedTopic => ({
  state: createTopicState(++number, `shared ${number}`, { topic: 'summary', network }, replay),
  filter: undefined,
  members: new Map(),
  dormantSince: undefined,
  owner,
  owners: 0,
  servedAt,
})

describe('topics in turn', () => {
  it('are one of each owner, then another of each, however many one has opened', () => {
    const greedy = Array.from({ length: 300 }, () => sharedTopicOf('1', '10.0.0.1'))
    const modest = [sharedTopicOf('1', '10.0.0.2'), sharedTopicOf('1', '10.0.0.2')]
    const usual = [sharedTopicOf('1', undefined), sharedTopicOf('2', undefined)]
    const order = inTurn([...greedy, ...modest, ...usual])
    expect(order.slice(0, 4)).toEqual([greedy[0], modest[0], ...usual])
    expect(order.indexOf(modest[1] as SharedTopic)).toBe(5)
    expect(order).toHaveLength(304)
  })

  it('are of one owner those that have waited longest, and first of all those that were never served', () => {
    const [late, early, never] = [sharedTopicOf('1', 'a', 20), sharedTopicOf('1', 'a', 10), sharedTopicOf('1', 'a')]
    expect(inTurn([late, early, never])).toEqual([never, early, late])
  })
})

describe('topics', () => {
  it('are found by network, and those that sleep are not looked at', () => {
    const topics = createSharedTopics()
    const [one, other] = [sharedTopicOf('1', 'a'), sharedTopicOf('2', 'a')]
    for (const shared of [one, other]) topics.add(shared)
    expect([...topics.of('1')]).toEqual([one])
    topics.markChanged(one)
    topics.sleep(one, 5)
    topics.markChanged(one)
    expect([topics.changed.size, topics.dormant.size]).toEqual([0, 1])
    topics.wake(one)
    expect([...topics.changed]).toEqual([one])
    topics.remove(one)
    expect([topics.all.size, topics.changed.size, [...topics.of('1')]]).toEqual([1, 0, []])
  })
})
