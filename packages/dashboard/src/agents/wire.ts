/** `/api/v1/deliveries`, `/api/v1/admin/agents` and `…/agents/refused` as the page reads them. */
export interface Delivery {
  readonly agent: string
  readonly network: string
  readonly node: string
  /** First digits of the id of its spool. */
  readonly spool: string
  readonly open: boolean
  readonly durable: number
  readonly applied: number
  readonly received: number
  readonly duplicates: number
  readonly missing: number
  readonly missed: readonly { readonly class: string; readonly reason: string; readonly dropped: number }[]
  readonly missingRanges: number
  readonly firstAt: number
  readonly lastAt: number | null
  readonly lagMs: number | null
  readonly offsetMs: number | null
  readonly errorMs: number | null
}

export interface Agent {
  readonly id: string
  /** Null: every network. */
  readonly network: string | null
  readonly state: 'active' | 'revoked' | 'banned'
  readonly hasToken: boolean
  readonly key: string | null
  readonly note: string
  readonly createdAt: number
  readonly rotatedAt: number | null
  readonly revokedAt: number | null
  readonly bannedAt: number | null
  readonly seenAt: number | null
}

export interface AgentWithToken {
  readonly agent: Agent
  readonly token: string | null
}

export interface RefusedLogin {
  /** Empty where none was given, or where many came from one address. */
  readonly name: string
  readonly address: string
  readonly reason: string
  readonly via: 'ethstats' | 'netstats' | 'http' | 'login'
  readonly cure: string
  readonly firstAt: number
  readonly lastAt: number
  readonly count: number
}
