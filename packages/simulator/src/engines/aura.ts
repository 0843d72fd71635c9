/** Validators of AuRa: each has its step, and no other. */
import { encodeRlp, minimalBytes, toHex } from '@netstats/consensus/encoding'
import type { Hex } from '@netstats/consensus/encoding'
import { noBallots } from '../ballots.ts'
import { genesisBlock, genesisDraft, hashDraft, toJson } from '../block.ts'
import type { Draft, SimBlock, Truth } from '../block.ts'
import type { Behaviour, SimNode, World } from '../model.ts'
import { loadAfter } from '../traffic.ts'

const maxScore = (1n << 128n) - 1n
const noSeal = new Uint8Array(65)
const extraData = new TextEncoder().encode('simulated')

const sealItems = (step: number, signature: Uint8Array) => [minimalBytes(BigInt(step)), signature] as const

const sealJson = (step: number, signature: Uint8Array): Readonly<Record<string, unknown>> => ({
  sealFields: sealItems(step, signature).map((item) => toHex(encodeRlp(item))),
  step: String(step),
  signature: toHex(signature).slice(2),
})

const makeBlock = (
  { traffic }: World,
  parent: SimBlock,
  node: SimNode,
  step: number,
  timestamp: number,
  salt: string,
): SimBlock => {
  const number = parent.number + 1
  const { address } = node.key
  const difficulty = maxScore + BigInt(parent.step) - BigInt(step)
  const load = loadAfter(traffic, parent, timestamp * 1000)
  const draft: Draft = { parentHash: parent.hash, miner: address, number, timestamp, difficulty, salt, load }
  const signature = node.key.sign(hashDraft(draft, [extraData]))
  const hash = toHex(hashDraft(draft, [extraData, ...sealItems(step, signature)]))
  const { validators } = parent
  const dueAt = (at: number): Hex => validators[at % validators.length] as Hex
  const truth: Truth = {
    sealer: address,
    validators,
    expected: dueAt(step),
    step,
    // The genesis is in no step.
    missed:
      parent.step === 0
        ? []
        : Array.from({ length: step - parent.step - 1 }, (_, index) => parent.step + 1 + index).map((at) => ({
            step: at,
            validator: dueAt(at),
          })),
  }
  return {
    header: toJson(draft, hash, extraData, sealJson(step, signature)),
    hash,
    parent,
    number,
    timestamp,
    weight: parent.weight + difficulty,
    step,
    load,
    truth,
    validators,
    ballots: noBallots,
  }
}

export const aura: Behaviour = {
  genesis: ({ start }, validators) => {
    const draft = genesisDraft(start, 131_072n)
    const hash = toHex(hashDraft(draft, [extraData, ...sealItems(0, noSeal)]))
    const header = toJson(draft, hash, extraData, sealJson(0, noSeal))
    return genesisBlock(draft, { header, hash, weight: 0n, validators })
  },
  prefers: (block, head) => block.weight > head.weight,
  onStart: (world, node) => planStep(world, node),
  // The next step comes with the clock, whatever the head.
  onHead: () => undefined,
}

const planStep = (world: World, node: SimNode): void => {
  const generation = ++node.generation
  const { events, options } = world
  const stepMs = options.period * 1000
  const local = events.now() + node.clockOffsetMs
  const step = Math.floor(local / stepMs) + 1
  events.at(step * stepMs - node.clockOffsetMs + node.slowMs, () => {
    if (node.generation !== generation || !node.online) return
    takeStep(world, node, step)
    planStep(world, node)
  })
}

/** The last step that a node sealed in: its step only goes up, also where its clock is set back. */
const lastSteps = new WeakMap<SimNode, number>()

const takeStep = (world: World, node: SimNode, step: number): void => {
  const { events, options } = world
  const parent = node.head
  const isMine = parent.validators[step % parent.validators.length] === node.key.address
  if (!isMine || parent.step >= step || (lastSteps.get(node) ?? 0) >= step) return
  lastSteps.set(node, step)
  const timestamp = step * options.period
  const block = makeBlock(world, parent, node, step, timestamp, `${events.now()}`)
  if (node.sealsTwice) {
    node.sealsTwice = false
    const twin = makeBlock(world, parent, node, step, timestamp, `${events.now()} again`)
    world.recordFraud({ validator: node.key.address, blocks: [block, twin], committers: [] })
    world.whisper(twin)
  }
  world.publish(node, block)
}
