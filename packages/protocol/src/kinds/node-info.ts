import { as, count, flag, hex, object, optional, text } from '../parse.ts'
import type { Address, Hash } from '../units.ts'
import { defineKind } from './define.ts'

/**
 * One network has one name, or anyone who writes it with a zero before it would be another node to those who know nodes by
 * network and name. What is no decimal number names no network.
 */
const networkId = (value: unknown, path: string): string | undefined => {
  const said = text(78)(value, path)
  return /^\d+$/.test(said) ? said.replace(/^0+(?=\d)/, '') : undefined
}

/** Who a node is: said once at login and again when it changes. */
export interface NodeInfo {
  readonly name: string
  /** Client and version as the client names itself, `Geth/v1.13.15-stable/linux-amd64/go1.21.6`. */
  readonly client?: string
  /** Decimal network id as text, `"1337"`. */
  readonly networkId?: string
  /** Hash of block 0, where it is known: it tells networks with the same id apart. */
  readonly genesis?: Hash
  readonly port?: number
  readonly protocol?: string
  readonly api?: string
  readonly os?: string
  readonly osVersion?: string
  /** Version of the reporting program, not of the node: ethstats' `info.client`. */
  readonly reporter?: string
  readonly contact?: string
  readonly coinbase?: Address
  readonly canUpdateHistory?: boolean
}

export const nodeInfo = defineKind<NodeInfo>({
  code: 0,
  class: 'alarm',
  read: object({
    name: text(200),
    client: optional(text(300)),
    networkId: optional(networkId),
    genesis: optional(as<Hash, string>(hex(32))),
    port: optional(count),
    protocol: optional(text(300)),
    api: optional(text(100)),
    os: optional(text(100)),
    osVersion: optional(text(100)),
    reporter: optional(text(100)),
    contact: optional(text(300)),
    coinbase: optional(as<Address, string>(hex(20))),
    canUpdateHistory: optional(flag),
  }),
})
