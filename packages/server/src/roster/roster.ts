/**
 * What an operator decided about names: what a node is called, which ids are one node, which key a chain has. A file in the
 * data folder, read whole and written whole; it is small, because people write it.
 */
import { readFile } from 'node:fs/promises'
import { renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { AuthError } from '../auth/errors.ts'
import { ServerError } from '../lib/errors.ts'

export const rosterFileName = 'roster.json'
/** Most decisions of each sort. */
export const maxDecisions = 10_000

const text = z.string().min(1).max(200)
const stored = z.object({
  format: z.literal(1),
  names: z.array(z.object({ network: text, node: text, name: text })).max(maxDecisions),
  merged: z.array(z.object({ networkId: text, node: text, into: text })).max(maxDecisions),
  keys: z.array(z.object({ networkId: text, genesis: text.nullable(), key: text })).max(maxDecisions),
})
type Stored = z.output<typeof stored>
export type Merge = Stored['merged'][number]

export interface Roster {
  readonly nameOf: (network: string, node: string) => string | undefined
  /** The node that an id is another word for. */
  readonly mergedInto: (networkId: string, node: string) => string | undefined
  readonly keyOf: (networkId: string, genesis: string | null) => string | undefined
  /** All that was merged, as decided: `networkId` is what the node itself says. */
  readonly merges: () => Iterable<Merge>
  /** Whether a chain of this network id was given the key. */
  readonly hasKey: (networkId: string, key: string) => boolean
  /** Each is on the disk when it returns. Undefined takes the decision back. */
  setName(network: string, node: string, name: string | undefined): void
  setMerged(networkId: string, node: string, into: string | undefined): void
  setKey(networkId: string, genesis: string | null, key: string | undefined): void
}

/** Neither part of a pair has a line break. */
const pair = (a: string, b: string): string => `${a}\n${b}`

export const openRoster = async (folder: string): Promise<Roster> => {
  const path = join(folder, rosterFileName)
  const { names, merged, keys } = await readRoster(path)
  const nameBy = new Map(names.map((one) => [pair(one.network, one.node), one]))
  const mergedBy = new Map(merged.map((one) => [pair(one.networkId, one.node), one]))
  const keyBy = new Map(keys.map((one) => [pair(one.networkId, one.genesis ?? ''), one]))

  const save = (): void => {
    const whole: Stored = {
      format: 1,
      names: [...nameBy.values()],
      merged: [...mergedBy.values()],
      keys: [...keyBy.values()],
    }
    writeFileSync(`${path}.new`, `${JSON.stringify(whole, undefined, 1)}\n`, { mode: 0o640, flush: true })
    renameSync(`${path}.new`, path)
  }
  const decide = <T>(decisions: Map<string, T>, key: string, value: T | undefined): void => {
    const before = decisions.get(key)
    if (value === undefined && before === undefined) return
    if (value !== undefined && before === undefined && decisions.size >= maxDecisions)
      throw new AuthError('AUTH_TOO_MANY', `${maxDecisions} decisions are kept; take some back first.`)
    put(decisions, key, value)
    try {
      save()
    } catch (error) {
      // What is not on the disk would be gone with the next start.
      put(decisions, key, before)
      throw error
    }
  }

  return {
    nameOf: (network, node) => (nameBy.size === 0 ? undefined : nameBy.get(pair(network, node))?.name),
    mergedInto: (networkId, node) => (mergedBy.size === 0 ? undefined : mergedBy.get(pair(networkId, node))?.into),
    keyOf: (networkId, genesis) => (keyBy.size === 0 ? undefined : keyBy.get(pair(networkId, genesis ?? ''))?.key),
    merges: () => mergedBy.values(),
    hasKey: (networkId, key) => keyBy.values().some((one) => one.networkId === networkId && one.key === key),
    setName: (network, node, name) =>
      decide(nameBy, pair(network, node), name === undefined ? undefined : { network, node, name }),
    setMerged: (networkId, node, into) =>
      decide(mergedBy, pair(networkId, node), into === undefined ? undefined : { networkId, node, into }),
    setKey: (networkId, genesis, key) =>
      decide(keyBy, pair(networkId, genesis ?? ''), key === undefined ? undefined : { networkId, genesis, key }),
  }
}

const put = <T>(decisions: Map<string, T>, key: string, value: T | undefined): void => {
  if (value === undefined) decisions.delete(key)
  else decisions.set(key, value)
}

const readRoster = async (path: string): Promise<Stored> => {
  const none: Stored = { format: 1, names: [], merged: [], keys: [] }
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
  if (text === undefined) return none
  try {
    return stored.parse(JSON.parse(text))
  } catch (cause) {
    throw new ServerError(
      'SERVER_ROSTER_CORRUPT',
      `${path} is not what this server wrote; repair it, or remove it to begin without names given to nodes and networks.`,
      { cause },
    )
  }
}
