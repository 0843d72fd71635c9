/** Flags of these commands. */
import type { PlaceFlags } from '../server-config.ts'

export interface JsonFlags extends PlaceFlags {
  readonly json?: boolean
}

export interface AgentPlaceFlags extends JsonFlags {
  readonly network?: string
}

export interface AddAgentFlags extends AgentPlaceFlags {
  readonly key?: string
  readonly token?: boolean
  readonly note?: string
}

export interface AddUserFlags extends JsonFlags {
  readonly role: 'viewer' | 'operator' | 'admin'
  readonly token?: boolean
  readonly passwordFile?: string
  readonly expires?: string
}

export interface AuditFlags extends JsonFlags {
  readonly limit: string
}

export type AgentChange = 'revoke' | 'ban' | 'unban' | 'remove'

export interface NodeListFlags extends JsonFlags {
  readonly network?: string
  readonly inactive?: boolean
}

export interface NodeFlags extends JsonFlags {
  readonly network: string
  readonly name?: string
  readonly into?: string
}

export interface NetworkFlags extends JsonFlags {
  readonly to?: string
  readonly into?: string
}
