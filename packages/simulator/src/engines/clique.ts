/** Signers of Clique (EIP-225), as geth behaves. */
import { fromHex, toHex } from '@netstats/consensus/encoding'
import type { Hex } from '@netstats/consensus/encoding'
import { holdVote, noBallots } from '../ballots.ts'
import { genesisBlock, genesisDraft, hashDraft, lineage, toJson, zeroAddress } from '../block.ts'
import type { Draft, SimBlock, SimVote, Truth } from '../block.ts'
import type { Behaviour, SimNode, World } from '../model.ts'
import { loadAfter } from '../traffic.ts'
import { wishOf } from './wishes.ts'

const vanity = new Uint8Array(32)
const noSeal = new Uint8Array(65)
const mixHash = new Uint8Array(32)
const nonces = { add: 'ff'.repeat(8), drop: '00'.repeat(8) } as const
/** Longest random wait out of turn, for each signer that could be faster. */
const wiggleMs = 500

const nonceOf = (vote: SimVote | undefined): Hex => `0x${nonces[vote?.type ?? 'drop']}`
const extraOf = (signers: readonly Hex[], seal: Uint8Array): Uint8Array =>
  Uint8Array.of(...vanity, ...signers.flatMap((one) => [...fromHex(one)]), ...seal)

/** Of so many blocks in a row a signer seals one at most. */
const spacing = (signers: number): number => Math.floor(signers / 2) + 1

/** Who sealed the last blocks, so that it must let others go first. */
const barredAfter = (parent: SimBlock): ReadonlySet<Hex> => {
  const barred = new Set<Hex>()
  let left = spacing(parent.validators.length) - 1
  for (const { truth } of lineage(parent)) {
    if (left-- <= 0 || truth === undefined) break
    barred.add(truth.sealer)
  }
  return barred
}

const inTurnAfter = (parent: SimBlock): Hex => parent.validators[(parent.number + 1) % parent.validators.length] as Hex

const makeBlock = (
  { options, traffic }: World,
  parent: SimBlock,
  node: SimNode,
  timestamp: number,
  salt: string,
): SimBlock => {
  const number = parent.number + 1
  const { address } = node.key
  const expected = inTurnAfter(parent)
  const isCheckpoint = number % options.epoch === 0
  const vote = isCheckpoint ? undefined : wishOf(node, parent)
  const difficulty = expected === address ? 2n : 1n
  const miner = vote?.recipient ?? zeroAddress
  const load = loadAfter(traffic, parent, timestamp * 1000)
  const draft: Draft = { parentHash: parent.hash, miner, number, timestamp, difficulty, salt, load }
  const signers = isCheckpoint ? parent.validators : []
  const nonce = nonceOf(vote)
  const unsigned = Uint8Array.of(...extraOf(signers, new Uint8Array()))
  const seal = node.key.sign(hashDraft(draft, [unsigned, mixHash, fromHex(nonce)]))
  const extraData = extraOf(signers, seal)
  const hash = toHex(hashDraft(draft, [extraData, mixHash, fromHex(nonce)]))
  const books = isCheckpoint ? noBallots : parent.ballots
  const barred = expected !== address && barredAfter(parent).has(expected)
  const truth: Truth = {
    sealer: address,
    validators: parent.validators,
    expected,
    missed: expected === address || barred ? [] : [{ validator: expected }],
    ...(barred && { barred: expected }),
    ...(vote && { vote }),
  }
  return {
    header: toJson(draft, hash, extraData, { mixHash: toHex(mixHash), nonce }),
    hash,
    parent,
    number,
    timestamp,
    weight: parent.weight + difficulty,
    step: 0,
    load,
    truth,
    ...holdVote({ validators: parent.validators, ballots: books }, address, vote),
  }
}

export const clique: Behaviour = {
  genesis: ({ start }, unsorted) => {
    const validators = unsorted.toSorted()
    const draft = genesisDraft(start, 1n)
    const extraData = extraOf(validators, noSeal)
    const nonce = nonceOf(undefined)
    const hash = toHex(hashDraft(draft, [extraData, mixHash, fromHex(nonce)]))
    const header = toJson(draft, hash, extraData, { mixHash: toHex(mixHash), nonce })
    return genesisBlock(draft, { header, hash, weight: 1n, validators })
  },
  prefers: (block, head) => block.weight > head.weight,
  onStart: (world, node) => planSeal(world, node),
  onHead: (world, node) => planSeal(world, node),
}

const planSeal = (world: World, node: SimNode): void => {
  const generation = ++node.generation
  const parent = node.head
  const { address } = node.key
  if (!node.online || !parent.validators.includes(address) || barredAfter(parent).has(address)) return
  const { events, random, options } = world
  const local = events.now() + node.clockOffsetMs
  const timestamp = Math.max(parent.timestamp + options.period, Math.floor(local / 1000))
  const isInTurn = inTurnAfter(parent) === address
  const wiggle = isInTurn ? 0 : random.next() * spacing(parent.validators.length) * wiggleMs
  const at = Math.max(events.now(), timestamp * 1000 - node.clockOffsetMs)
  events.at(at + wiggle + node.slowMs, () => {
    if (node.generation === generation && node.online) seal(world, node, parent, timestamp)
  })
}

const seal = (world: World, node: SimNode, parent: SimBlock, timestamp: number): void => {
  const { events } = world
  const block = makeBlock(world, parent, node, timestamp, `${events.now()}`)
  if (node.sealsTwice) {
    node.sealsTwice = false
    const twin = makeBlock(world, parent, node, timestamp, `${events.now()} again`)
    world.recordFraud({ validator: node.key.address, blocks: [block, twin], committers: [] })
    world.whisper(twin)
  }
  world.publish(node, block)
}
