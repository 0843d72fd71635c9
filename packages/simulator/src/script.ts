/** Faults by script: what happens to a network when, written down or drawn. */
import type { Random } from '@netstats/protocol/testing/random'
import type { Network } from './network.ts'

export type Act =
  | { readonly do: 'stop' | 'start' | 'seal-twice'; readonly node: number }
  | { readonly do: 'slow' | 'clock'; readonly node: number; readonly ms: number }
  | { readonly do: 'partition'; readonly groups: readonly (readonly number[])[] }
  | { readonly do: 'heal' }
  | { readonly do: 'vote'; readonly node: number; readonly on: number; readonly type: 'add' | 'drop' }
  | { readonly do: 'no-vote'; readonly node: number }

/** An act and when, in seconds after the start. */
export type Scene = Act & { readonly after: number }

export const playScript = (network: Network, scenes: readonly Scene[]): void => {
  for (const scene of scenes) network.at(network.options.start + scene.after * 1000, () => act(network, scene))
}

export const act = (network: Network, one: Act): void => {
  switch (one.do) {
    case 'stop':
      return network.stop(one.node)
    case 'start':
      return network.start(one.node)
    case 'seal-twice':
      return network.sealTwice(one.node)
    case 'slow':
      return network.slow(one.node, one.ms)
    case 'clock':
      return network.setClock(one.node, one.ms)
    case 'partition':
      return network.partition(one.groups)
    case 'heal':
      return network.heal()
    case 'vote': {
      const recipient = network.nodes[one.on]?.key.address
      if (recipient !== undefined) network.vote(one.node, { recipient, type: one.type })
      return
    }
    case 'no-vote':
      return network.vote(one.node, undefined)
  }
}

/** A few faults drawn at random, each over again after a while. */
export const drawScript = (random: Random, network: Network, seconds: number): readonly Scene[] => {
  const scenes: Scene[] = []
  const { nodes, options } = network
  const faults = random.between(1, 5)
  for (let count = 0; count < faults; count++) {
    const after = random.between(1, seconds)
    const until = after + random.between(1, Math.ceil(seconds / 2))
    const node = random.int(options.validators)
    switch (random.int(7)) {
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
      default:
        scenes.push({ after, do: 'seal-twice', node })
    }
  }
  return scenes
}
