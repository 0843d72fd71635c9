/** Faults drawn at random, for proofs. */
import type { Random } from '@netstats/protocol/testing/random'
import type { Network } from '../network.ts'
import type { Scene } from './acts.ts'

/** A few faults drawn at random, each over again after a while. */
export const drawScript = (random: Random, network: Network, seconds: number): readonly Scene[] => {
  const scenes: Scene[] = []
  const { nodes, options } = network
  const hasTraffic = options.transactionsPerSecond > 0
  const hasDeadlock = options.engine === 'clique' && options.validators >= 5
  const faults = random.between(1, 5)
  for (let count = 0; count < faults; count++) {
    const after = random.between(1, seconds)
    const until = after + random.between(1, Math.ceil(seconds / 2))
    const node = random.int(options.validators)
    if (hasDeadlock && random.chance(0.1)) {
      scenes.push({ after, do: 'deadlock' })
      for (const { index } of nodes) scenes.push({ after: until, do: 'start', node: index })
      continue
    }
    switch (random.int(hasTraffic ? 8 : 7)) {
      case 0:
      case 1:
        scenes.push({ after, do: 'stop', node }, { after: until, do: 'start', node })
        break
      case 2:
        scenes.push(
          { after, do: 'slow', node, ms: random.between(100, 8000) },
          { after: until, do: 'slow', node, ms: 0 },
        )
        break
      case 3:
        scenes.push(
          { after, do: 'clock', node, ms: random.between(-3000, 3000) },
          { after: until, do: 'clock', node, ms: 0 },
        )
        break
      case 4: {
        const cut = random.between(1, nodes.length - 1)
        const order = nodes.map(({ index }) => index).toSorted(() => random.next() - 0.5)
        scenes.push({ after, do: 'partition', groups: [order.slice(0, cut), order.slice(cut)] })
        scenes.push({ after: until, do: 'heal' })
        break
      }
      case 5: {
        const on = random.int(nodes.length)
        const type = on < options.validators ? 'drop' : 'add'
        for (const { index } of nodes) if (random.chance(0.8)) scenes.push({ after, do: 'vote', node: index, on, type })
        for (const { index } of nodes) scenes.push({ after: until, do: 'no-vote', node: index })
        break
      }
      case 6:
        scenes.push({ after, do: 'seal-twice', node })
        break
      default:
        scenes.push({ after, do: 'traffic', perSecond: 0 }, { after: until, do: 'traffic', perSecond: 2 })
    }
  }
  return scenes
}
