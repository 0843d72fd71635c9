/** Recorded shapes: what each known client sends in a session, frame by frame, and what the codec makes of it. */
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

const folder = join(import.meta.dirname, '../ethstats/fixtures')

export interface EthstatsFixture {
  readonly client: string
  /** Wire frames from client to server, in the order of a session; the first is its hello, the secret is `s3cret`. */
  readonly frames: readonly string[]
  /** Of each frame the message as plain JSON: bigint as decimal text, absent fields left out. */
  readonly expected: readonly unknown[]
}

/** Names of the clients there are fixtures of. All are on network 20260 and report from one chain. */
export const fixtureClients = (): readonly string[] =>
  readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort()

export const readFixture = (client: string): EthstatsFixture => {
  const read = (file: string): string => readFileSync(join(folder, client, file), 'utf8')
  const frames = read('session.jsonl')
    .split('\n')
    .filter((line) => line !== '')
  return { client, frames, expected: JSON.parse(read('expected.json')) as unknown[] }
}
