import type { NodeInfo } from '@netstats/protocol'

/** What a client calls itself, taken apart. */
export interface ClientVersion {
  /** Family in lower case: `geth`, `besu`, `openethereum`. */
  readonly name: string | null
  /** Digits and dots, with a pre-release mark where there is one: `1.16.3`, `25.11.0-rc1`. */
  readonly version: string | null
}

/**
 * Besu's built-in reporter tells of its newest block every five seconds and of no other. Separate reporters of a Besu do not
 * call their API "No".
 */
export const tellsNowAndThen = ({ client, api }: Pick<NodeInfo, 'client' | 'api'>): boolean =>
  api?.toLowerCase() === 'no' && client !== undefined && /^(besu|pantheon)\//i.test(client)

const nothing: ClientVersion = { name: null, version: null }

// Families whose own word is not the first part, or that go by several words.
const aliases: { readonly [word: string]: string } = {
  'parity-ethereum': 'parity',
  'go-ethereum': 'geth',
  'hyperledger besu': 'besu',
  pantheon: 'besu',
  'quorum-geth': 'quorum',
  goquorum: 'quorum',
  turbogeth: 'erigon',
}

// A version may follow an own name (`Geth/my-node/v1.13.4`) or an empty one (`OpenEthereum//v3.3.5`); 2026.1 counts too.
const versionPattern = /^v?(\d{1,6}(?:\.\d{1,6}){1,3})(?:-(alpha|beta|rc)[.-]?(\d{1,4})?(?=$|[^a-z0-9]))?/i

/**
 * Reads `Name/[own name/]vVersion-suffix/os-arch/compiler`. Words that fit nothing give null, never a guess: the
 * client's own text stays visible beside it.
 */
export const parseClient = (client: string | null | undefined): ClientVersion => {
  if (client === null || client === undefined || client === '') return nothing
  const parts = client.slice(0, 300).split('/')
  const word = /^\s*([a-z][a-z0-9 _-]{0,39})/i
    .exec(parts[0] ?? '')?.[1]
    ?.trim()
    .toLowerCase()
  if (word === undefined) return nothing
  const name = aliases[word] ?? word
  for (let i = 1; i < parts.length; i++) {
    const found = versionPattern.exec(parts[i] ?? '')
    if (found === null) continue
    const mark = found[2] === undefined ? '' : `-${found[2].toLowerCase()}${found[3] ?? ''}`
    return { name, version: `${found[1]}${mark}` }
  }
  return spaced(client, name)
}

// `Nethermind 1.25.4`, `anvil 1.4.0`: the version stands behind a space.
const spaced = (client: string, name: string): ClientVersion => {
  const [first, ...rest] = client.slice(0, 300).trim().split(/\s+/)
  for (const part of rest) {
    const found = versionPattern.exec(part)
    if (found !== null)
      return { name: aliases[first?.toLowerCase() ?? ''] ?? first?.toLowerCase() ?? name, version: found[1] ?? null }
  }
  return { name, version: null }
}
