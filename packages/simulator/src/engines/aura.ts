/** Validators of AuRa: each has its step, and no other. */
import { encodeRlp, keccak, minimalBytes, toHex } from '@netstats/consensus/encoding'
import type { Hex, RlpItem } from '@netstats/consensus/encoding'
import { noBallots } from '../ballots.ts'
import { genesisBlock, genesisDraft, hashDraft, toJson } from '../block.ts'
import type { Draft, SimBlock, Truth } from '../block.ts'
import type { Behaviour, SimNode, World } from '../model.ts'
import { loadAfter, waitingAt } from '../traffic.ts'
import { announceEmptyStep, emptyStepsBefore, emptyStepsItem, maxEmptySteps } from './empty-steps.ts'
import type { EmptyStep } from './empty-steps.ts'

const maxScore = (1n << 128n) - 1n
const noSeal = new Uint8Array(65)
const extraData = new TextEncoder().encode('simulated')

/** `empty`: the item of empty steps, where the network has them. */
const sealItems = (step: number, signature: Uint8Array, empty?: RlpItem): readonly RlpItem[] => [
  minimalBytes(BigInt(step)),
  signature,
  ...(empty === undefined ? [] : [empty]),
]

const sealJson = (step: number, signature: Uint8Array, empty?: RlpItem): Readonly<Record<string, unknown>> => ({
  sealFields: sealItems(step, signature, empty).map((item) => toHex(encodeRlp(item))),
  step: String(step),
  signature: toHex(signature).slice(2),
})

const signedHash = (bare: Uint8Array, empty: RlpItem | undefined): Uint8Array =>
  empty === undefined ? bare : keccak(Uint8Array.of(...bare, ...encodeRlp(empty)))

const makeBlock = (
  { traffic, options }: World,
  parent: SimBlock,
  node: SimNode,
  step: number,
  timestamp: number,
  salt: string,
): SimBlock => {
  const number = parent.number + 1
  const { address } = node.key
  const emptySteps = options.emptySteps ? emptyStepsBefore(node, parent, step) : []
  const empty = options.emptySteps ? emptyStepsItem(emptySteps) : undefined
  const difficulty = maxScore + BigInt(parent.step) - BigInt(step) + BigInt(emptySteps.length)
  const load = loadAfter(traffic, parent, timestamp * 1000)
  const draft: Draft = { parentHash: parent.hash, miner: address, number, timestamp, difficulty, salt, load }
  const signature = node.key.sign(signedHash(hashDraft(draft, [extraData]), empty))
  const hash = toHex(hashDraft(draft, [extraData, ...sealItems(step, signature, empty)]))
  const { validators } = parent
  const dueAt = (at: number): Hex => validators[at % validators.length] as Hex
  const truth: Truth = {
    sealer: address,
    validators,
    expected: dueAt(step),
    step,
    missed: missedSteps(parent, step, emptySteps).map((at) => ({ step: at, validator: dueAt(at) })),
    ...(options.emptySteps && { emptySteps: emptySteps.map(({ step: at, signer }) => ({ step: at, signer })) }),
  }
  return {
    header: toJson(draft, hash, extraData, sealJson(step, signature, empty)),
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

/** The genesis is in no step. */
const missedSteps = (parent: SimBlock, step: number, emptySteps: readonly EmptyStep[]): readonly number[] =>
  parent.step === 0
    ? []
    : Array.from({ length: step - parent.step - 1 }, (_, index) => parent.step + 1 + index).filter(
        (at) => !emptySteps.some((one) => one.step === at),
      )

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
  const { events, options, traffic } = world
  const parent = node.head
  const isMine = parent.validators[step % parent.validators.length] === node.key.address
  if (!isMine || parent.step >= step || (lastSteps.get(node) ?? 0) >= step) return
  lastSteps.set(node, step)
  const isIdle = options.emptySteps && parent.step > 0 && waitingAt(traffic, parent, events.now()) === 0
  if (isIdle && emptyStepsBefore(node, parent, step).length < maxEmptySteps) {
    announceEmptyStep(world, node, step)
    return
  }
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
