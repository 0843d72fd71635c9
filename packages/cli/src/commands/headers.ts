/** `netstats headers`: what block headers alone say of who sealed, who was due and who did not take its turn. */
import { createReadStream, readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import {
  createChain,
  HeaderError,
  parseHeader,
  RulesError,
  rulesOfGenesis,
  rulesOfList,
  toReport,
} from '@netstats/consensus'
import type { Chain, ChainRules } from '@netstats/consensus'
import { ConfigError } from '@netstats/sdk/config'
import { peekConfig } from '@netstats/runtime/config'
import { usageError } from '../errors.ts'
import type { Io } from '../io.ts'

export interface HeadersFlags {
  readonly genesis?: string
  readonly config?: string
}

/** A header with a thousand validators is 200 kB of text. */
const maxLine = 1024 * 1024
/** Chains that are followed at a time; the one that was not heard of for longest is forgotten. */
const maxChains = 1000

export const headers = async (file: string | undefined, flags: HeadersFlags, io: Io): Promise<void> => {
  const rulesFor = readRules(flags)
  const chains = new Map<string, Chain>()
  const chainOf = (name: string): Chain => {
    const chain = chains.get(name) ?? createChain(rulesFor(name))
    chains.delete(name)
    chains.set(name, chain)
    const [oldest] = chains.keys()
    if (chains.size > maxChains && oldest !== undefined) chains.delete(oldest)
    return chain
  }
  const counts = { read: 0, refused: 0, forged: 0 }
  for await (const line of createInterface({ input: openInput(file), crlfDelay: Infinity })) {
    if (line.trim() === '') continue
    counts.read++
    const answer = conclude(line, chainOf)
    if ('error' in answer) counts.refused++
    else if (answer['hashMatches'] === false) counts.forged++
    io.out(`${JSON.stringify(answer)}\n`)
  }
  const { read, refused, forged } = counts
  io.err(`netstats: ${read} headers, ${refused} could not be read, ${forged} with a hash that does not fit`)
}

const conclude = (line: string, chainOf: (name: string) => Chain): Readonly<Record<string, unknown>> => {
  const given = readLine(line)
  if (typeof given === 'string') return { error: given, hashMatches: false }
  const { id, chain = '', header } = given
  const named = id === undefined ? {} : { id }
  try {
    const { number, parentHash: _, ...report } = toReport(chainOf(chain).add(parseHeader(header)))
    return { ...named, number, ...report }
  } catch (error) {
    if (!(error instanceof HeaderError)) throw error
    return { ...named, error: error.message, hashMatches: false }
  }
}

interface Given {
  readonly id?: unknown
  readonly chain?: string
  readonly header: unknown
}

const readLine = (line: string): Given | string => {
  if (line.length > maxLine) return `line: is longer than ${maxLine} characters`
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch {
    return 'line: is no JSON'
  }
  if (typeof value !== 'object' || value === null || !('header' in value)) return 'line: has no "header"'
  if ('chain' in value && typeof value.chain !== 'string') return 'chain: is no text'
  return value
}

const openInput = (file: string | undefined): Readable =>
  file === undefined || file === '-' ? process.stdin : createReadStream(file)

const readRules = ({ genesis, config }: HeadersFlags): ((chain: string) => ChainRules) => {
  const common = genesis === undefined ? {} : inFile(genesis, () => rulesOfGenesis(readJson(genesis)))
  const networks = config === undefined ? {} : readNetworks(config)
  return (chain) => ({ ...common, ...networks[chain] })
}

const readJson = (file: string): unknown => {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    throw usageError(`${file}: is no JSON: ${error.message}`)
  }
}

const inFile = <T>(file: string, read: () => T): T => {
  try {
    return read()
  } catch (error) {
    if (!(error instanceof RulesError)) throw error
    throw usageError(`${file}: ${error.message}`)
  }
}

/** The section `networks` of a configuration file: by chain, what a genesis file or a list says. */
const readNetworks = (file: string): Readonly<Record<string, ChainRules>> => {
  const { value, faults } = peekConfig(file)
  if (faults.length > 0) throw new ConfigError(faults)
  const networks = (value as { readonly networks?: Readonly<Record<string, unknown>> } | null)?.networks ?? {}
  return Object.fromEntries(
    Object.entries(networks).map(([chain, entry]) => {
      const { epoch, policy, quorum, validators } = (entry ?? {}) as Readonly<Record<string, unknown>>
      const list = validators === undefined ? {} : inFile(file, () => rulesOfList(validators))
      return [
        chain,
        {
          ...(epoch !== undefined && { epoch: checked(file, `networks.${chain}.epoch`, epoch, isEpoch) }),
          ...(policy !== undefined && { policy: checked(file, `networks.${chain}.policy`, policy, isPolicy) }),
          ...(quorum !== undefined && { quorum: checked(file, `networks.${chain}.quorum`, quorum, isQuorum) }),
          ...list,
        },
      ]
    }),
  )
}

const isEpoch = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) > 0
const isPolicy = (value: unknown): value is 'round-robin' | 'sticky' => value === 'round-robin' || value === 'sticky'
const isQuorum = (value: unknown): value is 'two-thirds' | '2F+1' => value === 'two-thirds' || value === '2F+1'

const checked = <T>(file: string, path: string, value: unknown, is: (value: unknown) => value is T): T => {
  if (is(value)) return value
  throw usageError(`${file}: ${path}: found ${JSON.stringify(value)}, expected ${expected(path)}`)
}

const expected = (path: string): string =>
  path.endsWith('epoch')
    ? 'a whole number from 1'
    : path.endsWith('policy')
      ? 'round-robin or sticky'
      : 'two-thirds or 2F+1'
