/**
 * Validators of IBFT and QBFT. A round is:
 *
 *   proposal ──▶ every validator ──▶ commit seal ──▶ proposer ──▶ block, once a quorum has sealed
 *
 * A validator that sees no block within the round's time moves to the next round, which lasts twice as long, and says so;
 * the next proposer begins when a quorum has said so. A restarted validator begins at round 0: the ladder that keeps
 * networks standing still after a quorum is back.
 */
import { istanbulDigest, keccak, toHex } from '@netstats/consensus/encoding'
import type { Hex } from '@netstats/consensus/encoding'
import { holdVote, noBallots } from '../ballots.ts'
import { genesisBlock, genesisDraft, hashDraft, toJson } from '../block.ts'
import type { Draft, SimBlock, Truth } from '../block.ts'
import type { Behaviour, SimNode, World } from '../model.ts'
import { forms } from './bft-header.ts'
import type { Content, Form } from './bft-header.ts'
import { loadAfter, waitingAt } from '../traffic.ts'
import { wishOf } from './wishes.ts'

/** Where a validator is in the making of the next block. */
interface Standing {
  round: number
  /** By round, who has said that it moved there. */
  readonly changes: Map<number, Set<Hex>>
  /** Rounds in which it has committed: a validator seals one proposal a round. */
  readonly committed: Set<number>
  readonly proposed: Set<number>
}

const standings = new WeakMap<SimNode, Standing>()
const standingOf = (node: SimNode): Standing => {
  const known = standings.get(node)
  if (known !== undefined) return known
  const fresh = { round: 0, changes: new Map(), committed: new Set<number>(), proposed: new Set<number>() }
  standings.set(node, fresh)
  return fresh
}

const quorumOf = (validators: number): number => Math.ceil((2 * validators) / 3)
const formOf = ({ options }: World): Form => forms[options.engine as keyof typeof forms]

/** GoQuorum's IBFT 1 sorts addresses as text with capitals for a checksum. */
const turnOrder = ({ options }: World, validators: readonly Hex[]): readonly Hex[] =>
  options.engine === 'ibft1' ? validators.toSorted((a, b) => (checksummed(a) < checksummed(b) ? -1 : 1)) : validators

const checksummed = (address: Hex): string => {
  const digits = address.slice(2)
  const hash = toHex(keccak(new TextEncoder().encode(digits))).slice(2)
  return Array.from(digits, (digit, index) => ((hash[index] ?? '0') >= '8' ? digit.toUpperCase() : digit)).join('')
}

const proposerAt = (world: World, parent: SimBlock, round: number): Hex => {
  const { policy, engine } = world.options
  const order = turnOrder(world, parent.validators)
  const last = parent.truth?.sealer
  const place = last === undefined ? -1 : order.indexOf(last)
  const step = policy === 'round-robin' ? 1 : 0
  // Where the last proposer left the set, Besu takes the next higher address and GoQuorum counts from the first.
  const afterGone =
    engine === 'ibft1'
      ? step
      : Math.max(
          0,
          order.findIndex((one) => last !== undefined && one > last),
        )
  // Nobody proposed the genesis.
  const start = last === undefined ? 0 : place >= 0 ? place + step : afterGone
  return order[(start + round) % order.length] as Hex
}

export const bft: Behaviour = {
  genesis: (options, unsorted) => {
    const validators = unsorted.toSorted()
    const form = forms[options.engine as keyof typeof forms]
    const draft = genesisDraft(options.start, 1n)
    const extraData = form.genesisExtra(validators)
    const nonce = new Uint8Array(8)
    const hash = toHex(hashDraft(draft, [extraData, istanbulDigest, nonce]))
    const header = toJson(draft, hash, extraData, { mixHash: toHex(istanbulDigest), nonce: toHex(nonce) })
    return genesisBlock(draft, { header, hash, weight: 1n, validators })
  },
  prefers: (block, head) => block.number > head.number,
  onStart: (world, node) => begin(world, node),
  onHead: (world, node) => begin(world, node),
}

/** Round 0 of the next height. */
const begin = (world: World, node: SimNode): void => {
  node.generation++
  standings.delete(node)
  const parent = node.head
  if (!node.online || !parent.validators.includes(node.key.address)) return
  const { events, options } = world
  const due = (parent.timestamp + options.period) * 1000 - node.clockOffsetMs
  const quietUntil = (parent.timestamp + options.emptyBlockPeriod) * 1000 - node.clockOffsetMs
  const { generation } = node
  const next = (): void => {
    if (!isAt(node, generation)) return
    // Without a transaction there is no hurry: it is looked for once a second.
    const isQuiet = events.now() < quietUntil && waitingAt(world.traffic, parent, events.now()) === 0
    if (isQuiet) events.at(Math.min(quietUntil, events.now() + 1000), next)
    else enter(world, node, 0)
  }
  events.at(Math.max(events.now(), due), next)
}

const isAt = (node: SimNode, generation: number): boolean => node.generation === generation && node.online

const enter = (world: World, node: SimNode, round: number): void => {
  const { events, options } = world
  const standing = standingOf(node)
  standing.round = round
  const { generation } = node
  events.at(events.now() + options.requestTimeoutMs * 2 ** round, () => {
    if (isAt(node, generation) && standing.round === round) leave(world, node, round + 1)
  })
  tryPropose(world, node, round)
}

/** No block in time: the validator moves on and tells the others. */
const leave = (world: World, node: SimNode, round: number): void => {
  enter(world, node, round)
  for (const other of world.nodes) tellChange(world, node, other, round)
}

const tellChange = (world: World, from: SimNode, to: SimNode, round: number): void => {
  if (!world.reaches(from, to)) return
  const { number } = from.head
  const { address } = from.key
  world.events.at(world.events.now() + (from === to ? 0 : world.latencyMs(from, to)), () => {
    if (!to.online || to.head.number !== number || !to.head.validators.includes(to.key.address)) return
    const { changes } = standingOf(to)
    changes.set(round, (changes.get(round) ?? new Set()).add(address))
    tryPropose(world, to, round)
  })
}

const tryPropose = (world: World, node: SimNode, round: number): void => {
  const standing = standingOf(node)
  const parent = node.head
  if (standing.round !== round || standing.proposed.has(round)) return
  if (proposerAt(world, parent, round) !== node.key.address) return
  const agreed = standing.changes.get(round)?.size ?? 0
  if (round > 0 && agreed < quorumOf(parent.validators.length)) return
  standing.proposed.add(round)
  const { generation } = node
  const { events } = world
  events.at(events.now() + node.slowMs, () => {
    if (isAt(node, generation) && standing.round === round) propose(world, node, round)
  })
}

const contentOf = (world: World, node: SimNode, round: number, salt: string): Content => {
  const parent = node.head
  const { options } = world
  const vote = (parent.number + 1) % options.epoch === 0 ? undefined : wishOf(node, parent)
  const timestamp = timestampOf(world, node, round)
  const draft: Draft = {
    parentHash: parent.hash,
    miner: formOf(world).miner(node.key.address, vote),
    number: parent.number + 1,
    timestamp,
    difficulty: 1n,
    salt,
    load: loadAfter(world.traffic, parent, timestamp * 1000),
  }
  return { draft, round, validators: parent.validators, vote }
}

/** GoQuorum builds the block as soon as the parent is there, Besu again in each round. */
const timestampOf = ({ options, events }: World, node: SimNode, round: number): number => {
  const due = node.head.timestamp + options.period
  const isLate = round > 0 && options.engine !== 'ibft1'
  if (!isLate && options.emptyBlockPeriod <= options.period) return due
  return Math.max(due, Math.floor((events.now() + node.clockOffsetMs) / 1000))
}

const propose = (world: World, node: SimNode, round: number): void => {
  const { events, nodes } = world
  const parent = node.head
  const content = contentOf(world, node, round, `${events.now()}`)
  const seals = new Map<Hex, SimNode>()
  const { generation } = node
  for (const validator of nodes) {
    if (!world.reaches(node, validator)) continue
    const way = validator === node ? 0 : world.latencyMs(node, validator)
    events.at(events.now() + way, () => {
      if (!commits(world, validator, parent, round)) return
      events.at(events.now() + way, () => {
        if (!isAt(node, generation) || !world.reaches(validator, node)) return
        if (seals.size >= quorumOf(parent.validators.length)) return
        seals.set(validator.key.address, validator)
        if (seals.size === quorumOf(parent.validators.length)) finish(world, node, parent, content, [...seals.values()])
      })
    })
  }
}

/** Whether a validator seals a proposal that reached it: of its own height, and of no round that it has left. */
const commits = (world: World, validator: SimNode, parent: SimBlock, round: number): boolean => {
  if (!validator.online || validator.head !== parent || !parent.validators.includes(validator.key.address)) return false
  const standing = standingOf(validator)
  if (standing.round > round || standing.committed.has(round)) return false
  standing.committed.add(round)
  // A proposal of a later round carries the proof that a quorum is there.
  if (standing.round < round) enter(world, validator, round)
  return true
}

const finish = (
  world: World,
  node: SimNode,
  parent: SimBlock,
  content: Content,
  committers: readonly SimNode[],
): void => {
  // Validators are locked to what they have sealed, which is told here by the height that is done.
  if (world.nodes.some(({ head }) => head.number > parent.number)) return
  const block = toBlock(world, node, parent, content, committers)
  if (node.sealsTwice) {
    node.sealsTwice = false
    const again = contentOf(world, node, content.round, `${world.events.now()} again`)
    const twin = toBlock(world, node, parent, again, committers)
    const both = committers.map(({ key }) => key.address)
    world.recordFraud({ validator: node.key.address, blocks: [block, twin], committers: both })
    world.whisper(twin)
  }
  world.publish(node, block)
}

const toBlock = (
  world: World,
  node: SimNode,
  parent: SimBlock,
  content: Content,
  committers: readonly SimNode[],
): SimBlock => {
  const { options } = world
  const form = formOf(world)
  const { draft, round, vote, validators } = content
  const signed = form.commitHash(content, node.key)
  const { hash, header } = form.seal(
    content,
    node.key,
    committers.map(({ key }) => key.sign(signed)),
  )
  const { address } = node.key
  const truth: Truth = {
    sealer: address,
    validators,
    expected: proposerAt(world, parent, 0),
    round,
    commitSealers: committers.map(({ key }) => key.address),
    missed: Array.from({ length: round }, (_, skipped) => ({
      validator: proposerAt(world, parent, skipped),
      round: skipped,
    })),
    ...(vote && { vote }),
  }
  const ballots = draft.number % options.epoch === 0 ? noBallots : parent.ballots
  return {
    header,
    hash,
    parent,
    number: draft.number,
    timestamp: draft.timestamp,
    weight: parent.weight + 1n,
    step: 0,
    load: draft.load,
    truth,
    ...holdVote({ validators, ballots }, address, vote),
  }
}
