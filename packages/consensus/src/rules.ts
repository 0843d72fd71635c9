/** What a chain's genesis file says that headers do not: geth, GoQuorum and Besu's `config`, OpenEthereum's `engine`. */
import type { ChainRules } from './engine.ts'
import type { Hex } from './hex.ts'

export class RulesError extends Error {
  override readonly name = 'RulesError'
}

type Fields = Readonly<Record<string, unknown>>

export const rulesOfGenesis = (genesis: unknown): ChainRules => {
  const file = fieldsOf(genesis)
  if (file === undefined) throw new RulesError('a genesis file holds an object')
  const spec = fieldsOf(fieldsOf(file['engine'])?.['authorityRound'])
  if (spec !== undefined) return rulesOfAura(fieldsOf(spec['params']))
  const config = fieldsOf(file['config'])
  const bft = fieldsOf(config?.['qbft']) ?? fieldsOf(config?.['ibft2']) ?? fieldsOf(config?.['istanbul'])
  if (bft === undefined) return {}
  const epoch = wholeNumber(bft['epochlength'] ?? bft['epochLength'] ?? bft['epoch'])
  const policy = bft['policy'] ?? bft['ProposerPolicy'] ?? bft['proposerPolicy']
  return {
    ...(epoch !== undefined && epoch > 0 && { epoch }),
    ...(policy === 0 && { policy: 'round-robin' }),
    ...(policy === 1 && { policy: 'sticky' }),
    ...(bft['2FPlus1Enabled'] === true && { quorum: '2F+1' }),
  }
}

/** AuRa's lists by the block from which they rule; contracts are read by nodes alone. */
const rulesOfAura = (params: Fields | undefined): ChainRules => {
  const validators = fieldsOf(params?.['validators'])
  const multi = fieldsOf(validators?.['multi'])
  const lists = Object.entries(multi ?? { 0: validators })
    .map(([from, entry]) => ({ from: Number(from), list: addressesOf(fieldsOf(entry)?.['list']) }))
    .filter(({ from }) => Number.isSafeInteger(from))
    .toSorted((a, b) => b.from - a.from)
  if (lists.every(({ list }) => list === undefined)) return {}
  return { validatorsAt: ({ number }) => lists.find(({ from }) => from <= number)?.list }
}

/** Rules of a set that never changes, in its order. */
export const rulesOfList = (validators: unknown): ChainRules => {
  const list = addressesOf(validators)
  if (list === undefined) throw new RulesError('validators is a list of addresses of 20 bytes each')
  return { validatorsAt: () => list }
}

const addressesOf = (value: unknown): readonly Hex[] | undefined => {
  if (!Array.isArray(value) || value.length === 0) return undefined
  const list = value.map((one: unknown) =>
    typeof one === 'string' && /^0x[0-9a-f]{40}$/i.test(one) ? (one.toLowerCase() as Hex) : undefined,
  )
  return list.every((one) => one !== undefined) ? list : undefined
}

const fieldsOf = (value: unknown): Fields | undefined =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : undefined

const wholeNumber = (value: unknown): number | undefined => {
  const number = typeof value === 'string' ? Number(value) : value
  return typeof number === 'number' && Number.isSafeInteger(number) && number >= 0 ? number : undefined
}
