/**
 * Messages of one link as bytes: MessagePack, several messages a frame, with the names of fields written once a link. A block
 * that many nodes report crosses once and is then named by a number.
 *
 * A process of another version may be at the other end. Fields it does not know are ignored; messages, kinds of observations
 * and words it does not know are counted and left out. Where a change cannot be understood that way, `oldest` is raised, and
 * the link ends with what to do.
 */
import { isKind } from '@netstats/protocol'
import type { Block, Observation } from '@netstats/protocol'
// Without the native addon: strings that it makes keep the whole frame in memory for as long as one of them is kept.
import { Packr } from 'msgpackr/pack'
import { endReasons, nackReasons } from '../bus-messages.ts'
import type { AgentBatch, CoreCommand, GatewayMessage } from '../bus-messages.ts'
import { refusals } from '../refusals.ts'
import { createBoundedMap } from '@netstats/sdk/limits'

/** What this version writes, and the oldest version that understands it. */
export const busVersion = { version: 1, oldest: 1 } as const

export type BusMessage = GatewayMessage | CoreCommand

export interface Encoder {
  encode(messages: readonly BusMessage[]): Buffer
}

export interface Decoder<M extends BusMessage> {
  /** Throws where the bytes are none of `encode`, or of a version that this one cannot read. */
  decode(bytes: Buffer): readonly M[]
}

/** Called with each thing that was left out: `message x`, `kind x`. */
export type OnUnknown = (what: string) => void

/** Blocks the encoder may name; the decoder keeps more, so that it has them all. */
const writtenBlocks = 512
const keptBlocks = 2 * writtenBlocks

/** Messages of the link itself, before the first one that needs them. */
type LinkMessage =
  | { readonly type: 'version'; readonly version: number; readonly oldest: number }
  | { readonly type: 'block'; readonly id: number; readonly block: Block }

// `toJSON` is a convention of JSON, and nothing that we send has one.
const createPackr = (): Packr => new Packr({ sequential: true, useBigIntExtension: true, useToJSON: false })

export const createEncoder = (): Encoder => {
  const packr = createPackr()
  const ids = createBoundedMap<Block, number>(writtenBlocks)
  let next = 0
  let out: unknown[] = [{ type: 'version', ...busVersion } satisfies LinkMessage]

  const idOf = (block: Block): number => {
    const known = ids.get(block)
    if (known !== undefined) return known
    const id = next++
    ids.set(block, id)
    out.push({ type: 'block', id, block } satisfies LinkMessage)
    return id
  }

  const named = (observation: Observation): unknown =>
    observation.kind === 'block' ? { ...observation, body: idOf(observation.body) } : observation

  const add = (message: BusMessage): void => {
    let written: unknown = message
    if (message.type === 'observation') {
      if (message.kind === 'block') written = { ...message, body: idOf(message.body as Block) }
    } else if (message.type === 'batch') {
      const items = message.batch.items.map(({ sequence, observation }) => [sequence, named(observation)])
      written = { ...message, batch: { ...message.batch, items } }
    } else if (message.type === 'snapshot') written = { ...message, observations: message.observations.map(named) }
    else if (message.type === 'blocks') written = { ...message, blocks: message.blocks.map(idOf) }
    out.push(written)
  }

  return {
    encode(messages) {
      for (const message of messages) add(message)
      const bytes = packr.pack(out)
      out = []
      return bytes
    },
  }
}

interface BlockTable {
  add(id: number, block: Block): void
  get(id: unknown): Block
}

const createBlockTable = (): BlockTable => {
  const blocks = createBoundedMap<unknown, Block>(keptBlocks)
  return {
    add: (id, block) => blocks.set(id, Object.freeze(block)),
    get(id) {
      const block = blocks.get(id)
      if (block === undefined) throw new RangeError('a block is named that was never sent')
      return block
    },
  }
}

/** `read` gives undefined for a message that is left out. */
const createDecoder = <M extends BusMessage>(read: (message: M, blocks: BlockTable) => M | undefined): Decoder<M> => {
  const packr = createPackr()
  const blocks = createBlockTable()
  const readAny = (message: M | LinkMessage): M | undefined => {
    if (message.type === 'block') {
      blocks.add(message.id, message.block)
      return undefined
    }
    if (message.type === 'version') {
      if (message.oldest <= busVersion.version) return undefined
      const versions = `version ${busVersion.version} of the bus; the other process needs ${message.oldest} or newer`
      throw new RangeError(`this process speaks ${versions}: update and restart it`)
    }
    return read(message, blocks)
  }
  return {
    decode(bytes) {
      const list: unknown = packr.unpack(bytes)
      if (!Array.isArray(list)) throw new RangeError('a frame holds no messages')
      const messages: M[] = []
      for (const one of list as (M | LinkMessage)[]) {
        const message = readAny(one)
        if (message !== undefined) messages.push(message)
      }
      return messages
    },
  }
}

type WrittenItem = readonly [sequence: number, observation: Observation]

export const createMessageDecoder = (onUnknown: OnUnknown): Decoder<GatewayMessage> => {
  const isKnown = (kind: unknown): boolean => {
    if (isKind(kind)) return true
    onUnknown(`kind ${String(kind)}`)
    return false
  }
  const observationOf = (written: Observation, blocks: BlockTable): Observation =>
    written.kind === 'block' ? { ...written, body: blocks.get(written.body) } : written

  // Those of an unknown kind are left out, as a gateway leaves out what it cannot read of a batch.
  const batchOf = (batch: AgentBatch, blocks: BlockTable): AgentBatch => ({
    ...batch,
    items: (batch.items as unknown as readonly WrittenItem[])
      .filter(([, { kind }]) => isKnown(kind))
      .map(([sequence, written]) => ({ sequence, observation: observationOf(written, blocks) })),
  })

  return createDecoder<GatewayMessage>((message, blocks) => {
    switch (message.type) {
      case 'observation':
        if (!isKnown(message.kind)) return undefined
        return message.kind === 'block' ? { ...message, body: blocks.get(message.body) } : message
      case 'batch':
        return { ...message, batch: batchOf(message.batch, blocks) }
      case 'snapshot': {
        const known = message.observations.filter(({ kind }) => isKnown(kind))
        return { ...message, observations: known.map((one) => observationOf(one, blocks)) }
      }
      case 'blocks':
        return { ...message, blocks: message.blocks.map((id) => blocks.get(id)) }
      case 'login':
      case 'round-trip':
      case 'clock':
      case 'alive':
      case 'node-info':
      case 'headers':
      case 'closed':
      case 'gone':
        return message
      default:
        onUnknown(`message ${(message as BusMessage).type}`)
        return undefined
    }
  })
}

export const createCommandDecoder = (onUnknown: OnUnknown): Decoder<CoreCommand> => {
  /** The word, or what is closest to it for a process that does not know it: come again later. */
  const wordOf = <W extends string>(words: readonly W[], word: W, otherwise: W): W => {
    if (words.includes(word)) return word
    onUnknown(`word ${word}`)
    return otherwise
  }
  return createDecoder<CoreCommand>((command) => {
    switch (command.type) {
      case 'refuse':
        return { ...command, reason: wordOf(refusals, command.reason, 'undecided') }
      case 'end':
        return { ...command, reason: wordOf(endReasons, command.reason, 'drain') }
      case 'nack':
        return { ...command, reason: wordOf(nackReasons, command.reason, 'busy') }
      case 'admit':
      case 'probe':
      case 'request-blocks':
      case 'request-headers':
      case 'ack':
      case 'rate':
        return command
      default:
        onUnknown(`message ${(command as BusMessage).type}`)
        return undefined
    }
  })
}
