/**
 * Clique's deadlock. Of N signers each may seal one of S = ⌊N/2⌋ + 1 blocks in a row. Where S are left, and one that went
 * is the oldest of those that must wait, two may seal the next block, and nobody is in turn:
 *
 *   … ─ w0 (gone) ─ w1 ─┬─ a     a and w1 must wait here, and b has its own tip
 *                       └─ b     b and w1 must wait here, and a has its own tip
 *
 * Both tips weigh the same, so nobody moves, until one of those that went is back.
 */
import { lineage } from '../block.ts'
import type { SimNode } from '../model.ts'
import type { Network } from '../network.ts'

const lookMs = 20
/** So long it is looked for the right moment, and then for both blocks. */
const patienceMs = 120_000

/** Stops signers and lets two others race. Does nothing where the moment does not come: with fewer than five signers. */
export const provokeDeadlock = (network: Network): void => {
  if (network.options.engine !== 'clique') throw new RangeError('only Clique has a deadlock')
  const giveUp = network.now() + patienceMs
  const look = (): void => {
    const racers = prepare(network)
    if (racers !== undefined) race(network, racers)
    else if (network.now() < giveUp) network.at(network.now() + lookMs, look)
  }
  look()
}

/** The two who may seal next, once the others that could are stopped; undefined where it is not the moment. */
const prepare = (network: Network): readonly [SimNode, SimNode] | undefined => {
  const [head] = network.nodes.map((node) => node.head).toSorted((a, b) => b.number - a.number)
  if (head === undefined) return undefined
  const { validators } = head
  const signers = network.nodes.filter((node) => node.online && validators.includes(node.key.address))
  if (signers.length < validators.length || signers.some((node) => node.head !== head)) return undefined
  const needed = Math.floor(validators.length / 2) + 1
  const waiting = [...lineage(head)].slice(0, needed - 1).map(({ truth }) => truth?.sealer)
  const oldest = waiting.at(-1)
  const inTurn = validators[(head.number + 1) % validators.length]
  const gone = new Set([oldest, inTurn].filter((one) => one !== undefined))
  const free = signers.filter(({ key }) => !waiting.includes(key.address) && !gone.has(key.address))
  // Those who must wait stay, and two who need not; everybody else goes.
  const [a, b, ...others] = free
  const stopped = signers.filter((node) => gone.has(node.key.address) || others.includes(node))
  if (a === undefined || b === undefined || waiting.slice(0, -1).includes(inTurn)) return undefined
  if (signers.length - stopped.length !== needed) return undefined
  for (const node of stopped) network.stop(node.index)
  return [a, b]
}

const race = (network: Network, [a, b]: readonly [SimNode, SimNode]): void => {
  const { number } = a.head
  const giveUp = network.now() + patienceMs
  network.partition([[a.index], [b.index]])
  const look = (): void => {
    const areBoth = a.head.number > number && b.head.number > number
    if (areBoth || network.now() > giveUp) network.heal()
    else network.at(network.now() + lookMs, look)
  }
  look()
}
