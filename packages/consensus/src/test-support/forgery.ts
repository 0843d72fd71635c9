/**
 * Headers as somebody would make them who wants to be believed, or to cost time: made from headers of real networks, and given
 * to a chain that has followed those networks.
 */
import { createChain } from '../chain.ts'
import type { Chain } from '../chain.ts'
import type { Facts } from '../facts.ts'
import { HeaderError, parseHeader } from '../header.ts'
import { toHex } from '../hex.ts'
import type { Hex } from '../hex.ts'
import { encodeRlp } from '../rlp.ts'
import type { RlpItem } from '../rlp.ts'
import { chainFiles, readVectors, rulesFor } from './vectors.ts'
import type { Vector } from './vectors.ts'

type Fields = Record<string, unknown>

export interface Random {
  /** A whole number from 0 to below `end`. */
  int(end: number): number
  bytes(length: number): Uint8Array
}

/** Numbers that follow from a seed (mulberry32). */
export const createRandom = (seed: number): Random => {
  let state = seed | 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const int = (end: number): number => Math.floor(next() * end)
  return { int, bytes: (length) => Uint8Array.from({ length }, () => int(256)) }
}

const pick = <T>(random: Random, list: readonly T[]): T => list[random.int(list.length)] as T

const flipDigit = (random: Random, text: string): string => {
  const start = text.startsWith('0x') ? 2 : 0
  if (text.length <= start) return `${text}00`
  const at = start + random.int(text.length - start)
  const digit = (parseInt(text[at] ?? '0', 16) ^ (1 + random.int(15))).toString(16)
  return text.slice(0, at) + digit + text.slice(at + 1)
}

const nested = (depth: number): RlpItem => {
  let item: RlpItem = []
  for (let level = 0; level < depth; level++) item = [item]
  return item
}

/** Claims more than there is, nests without end, or has very many items. */
const bombs: readonly Hex[] = [
  toHex(encodeRlp(nested(400))),
  toHex(encodeRlp(Array.from({ length: 60_000 }, () => new Uint8Array()))),
  `0xfbffffffff${'00'.repeat(64)}`,
  `0xffffffffffffffffff${'c0'.repeat(64)}`,
  `0xf9ffff${'c1'.repeat(5000)}`,
]
const long: readonly Hex[] = [33, 127, 129, 1000].map((kib): Hex => `0x${'00'.repeat(kib * 1024)}`)
const crowds: readonly Hex[] = [1001, 2000, 10_000].map((validators) =>
  toHex(
    encodeRlp([
      new Uint8Array(32),
      Array.from({ length: validators }, (_, index) => new Uint8Array(20).fill(index % 256)),
      [],
      new Uint8Array(),
      [],
    ]),
  ),
)
const oddValues: readonly unknown[] = [
  null,
  undefined,
  '',
  '0x',
  '0xzz',
  -1,
  1e300,
  [],
  {},
  true,
  '0x0',
  'f'.repeat(200),
]

/** Ways to make a header of another one. */
const mutations: Readonly<Record<string, (random: Random, header: Fields, other: Fields) => void>> = {
  'a digit': (random, header) => {
    const names = Object.keys(header).filter((name) => typeof header[name] === 'string' && name !== 'step')
    const name = pick(random, names)
    header[name] = flipDigit(random, String(header[name]))
  },
  'an odd value': (random, header) => {
    header[pick(random, Object.keys(header))] = pick(random, oddValues)
  },
  'a field of another chain': (random, header, other) => {
    const name = pick(random, Object.keys(other))
    header[name] = other[name]
  },
  'too long': (random, header) => {
    header['extraData'] = pick(random, long)
  },
  'a bomb': (random, header) => {
    header['extraData'] = pick(random, bombs)
  },
  'a bomb behind the vanity': (random, header) => {
    header['extraData'] = `0x${'00'.repeat(32)}${pick(random, bombs).slice(2)}`
  },
  'a crowd': (random, header) => {
    header['extraData'] = pick(random, crowds)
  },
  'another height': (random, header) => {
    header['number'] =
      `0x${(Number(header['number']) + pick(random, [1, -1, 1000, 2 ** 40, 2 ** 52])).toString(16).replace('-', '')}`
  },
  'a seal of nobody': (random, header) => {
    const extraData = String(header['extraData'])
    const at = Math.max(2, extraData.length - 130)
    header['extraData'] = extraData.slice(0, at) + toHex(random.bytes(Math.floor((extraData.length - at) / 2))).slice(2)
  },
  'the seal of another block': (_, header, other) => {
    const extraData = String(header['extraData'])
    const seal = String(other['extraData']).slice(-130)
    if (extraData.length > 132) header['extraData'] = extraData.slice(0, -seal.length) + seal
    if (Array.isArray(other['sealFields'])) header['sealFields'] = other['sealFields']
  },
  'a twin': (random, header) => {
    header['stateRoot'] = toHex(random.bytes(32))
  },
  'the extra data of another block': (_, header, other) => {
    header['extraData'] = other['extraData']
  },
}

/** Those that are tens of kilobytes long cost a hundred times what others do. */
const large: ReadonlySet<string> = new Set(['too long', 'a bomb', 'a bomb behind the vanity', 'a crowd'])

interface Followed {
  readonly chain: Chain
  readonly vectors: readonly Vector[]
  readonly originals: ReadonlyMap<Hex, Facts>
  /** Whoever may seal in it. */
  readonly validators: ReadonlySet<Hex>
}

const follow = (vectors: readonly Vector[]): Followed => {
  const chain = createChain({ ...rulesFor(vectors), keep: 2000 })
  const originals = new Map<Hex, Facts>()
  for (const { header } of vectors) {
    const facts = chain.add(parseHeader(header))
    originals.set(facts.hash, facts)
  }
  const validators = new Set(
    [...originals.values()].flatMap(({ sealer, validators = [] }) => [...validators, sealer ?? '0x']),
  )
  return { chain, vectors, originals, validators }
}

export interface ForgeryCounts {
  headers: number
  unreadable: number
  mismatched: number
  faulty: number
  /** Fit their hash and link to nothing of the network, or name nobody of it: replayed, or made with keys of their own. */
  foreign: number
  /** Say the same as the real one. */
  same: number
  slowestMs: number
}

/** Chains are begun again after so many, so that what is forged does not push out what is real. */
const renewAfter = 50_000

/** Makes forged headers until `count`; throws where one of them is attributed to a validator. */
export const forge = (
  count: number,
  seed: number,
  onProgress?: (counts: ForgeryCounts) => void,
  files: readonly string[] = chainFiles,
): ForgeryCounts => {
  const random = createRandom(seed)
  const byChain = files.flatMap((file) => [...Map.groupBy(readVectors(file), ({ chain }) => chain).values()])
  const all = byChain.flat()
  const kinds = Object.keys(mutations)
  const real = new Set(all.map(({ header }) => String(header['hash'])))
  const light = kinds.filter((kind) => !large.has(kind))
  const counts = { headers: 0, unreadable: 0, mismatched: 0, faulty: 0, foreign: 0, same: 0, slowestMs: 0 }
  let followed: readonly Followed[] = []
  for (let made = 0; made < count; made++) {
    if (made % renewAfter === 0) {
      followed = byChain.map(follow)
      onProgress?.(counts)
    }
    const on = pick(random, followed)
    const original = pick(random, on.vectors)
    const other = pick(random, random.int(2) === 0 ? on.vectors : all)
    const kind = pick(random, random.int(15) === 0 ? kinds : light)
    const header: Fields = random.int(20) === 0 ? { ...other.header } : { ...original.header }
    mutations[kind]?.(random, header, other.header)
    const began = performance.now()
    const isHashed = random.int(15) === 0
    judge(
      on,
      header,
      real,
      counts,
      isHashed,
      `${kind} of ${original.id} with ${other.id}, seed ${seed}, header ${made}`,
    )
    counts.slowestMs = Math.max(counts.slowestMs, performance.now() - began)
    counts.headers++
  }
  return counts
}

/** `isHashed`: whoever made it has computed its hash again. */
const judge = (
  on: Followed,
  header: Fields,
  real: ReadonlySet<string>,
  counts: ForgeryCounts,
  isHashed: boolean,
  what: string,
): void => {
  let facts = tryAdd(on.chain, header)
  if (facts !== undefined && isHashed && !facts.hashMatches) facts = tryAdd(on.chain, { ...header, hash: facts.hash })
  if (facts === undefined) return void counts.unreadable++
  const named = [
    facts.sealer,
    ...(facts.commitSealers ?? []),
    ...(facts.missed ?? []).map(({ validator }) => validator),
  ]
  const blamed = named.find((one) => one !== undefined && on.validators.has(one))
  const same = on.originals.get(facts.hash)
  if (!facts.hashMatches || facts.fault !== undefined) {
    if (named.some((one) => one !== undefined)) throw new Error(`attributed although it does not fit: ${what}`)
    if (facts.hashMatches) counts.faulty++
    else counts.mismatched++
  } else if (same !== undefined) {
    // The same block, perhaps with fewer seals: what is said of it must be true of the real one.
    if (facts.sealer !== same.sealer) throw new Error(`attributed to somebody else: ${what}`)
    counts.same++
  } else if (blamed !== undefined && on.chain.facts(facts.parentHash) !== undefined && !real.has(facts.hash))
    throw new Error(`attributed to ${blamed}: ${what}`)
  else counts.foreign++
  if (on.chain.size > 2000) throw new Error(`more is kept than may be: ${what}`)
}

const tryAdd = (chain: Chain, header: Fields): Facts | undefined => {
  try {
    return chain.add(parseHeader(header))
  } catch (error) {
    if (error instanceof HeaderError) return undefined
    throw error
  }
}
