/** Headers of real networks with answers that two other implementations and the nodes' own RPC agree on. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import type { ChainRules } from '../engine.ts'
import type { Hex } from '../hex.ts'

export interface Vector {
  readonly id: string
  readonly chain: string
  readonly engine: string
  readonly header: Readonly<Record<string, unknown>>
  readonly expect: Readonly<Record<string, unknown>>
}

export interface Pair {
  readonly id: string
  readonly headers: readonly unknown[]
  readonly validators: readonly Hex[]
  readonly expect: Readonly<Record<string, unknown>>
}

const folder = join(import.meta.dirname, '..', '..', 'testdata')

const readLines = (name: string): readonly unknown[] =>
  gunzipSync(readFileSync(join(folder, `${name}.ndjson.gz`)))
    .toString()
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown)

export const readVectors = (name: string): readonly Vector[] => readLines(name) as readonly Vector[]
export const readPairs = (): readonly Pair[] => readLines('equivocation') as readonly Pair[]

/** Names of the files with headers of chains. */
export const chainFiles = readdirSync(folder)
  .flatMap((name) => (name.endsWith('.ndjson.gz') ? [name.replace('.ndjson.gz', '')] : []))
  .filter((name) => name !== 'equivocation' && name !== 'negatives')

/** What headers do not say of a chain: AuRa's list and the validators of a contract, as the vectors know them. */
export const rulesFor = (vectors: readonly Vector[]): ChainRules => {
  const sets = new Map<number, readonly Hex[]>()
  for (const { header, expect: wanted, engine } of vectors) {
    if (wanted['validators'] === undefined || !(engine === 'aura' || wanted['validatorsInHeader'] === false)) continue
    sets.set(Number(header['number']), wanted['validators'] as Hex[])
  }
  return { validatorsAt: ({ number }) => sets.get(number) }
}
