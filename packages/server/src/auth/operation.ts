/** What operations of administration work on, and the form each of them has; the table is in operations.ts. */
import type { z } from 'zod'
import type { AgentAdmin } from './agent-admin.ts'
import type { Actor, Audit } from './audit.ts'
import type { RefusedLogins } from './refused-logins.ts'
import type { Role } from './roles.ts'
import type { UserAdmin } from './user-admin.ts'

export interface ListedNode {
  readonly network: string
  readonly id: string
  readonly name: string
  readonly state: 'active' | 'inactive'
  readonly lastSeenAt: number
}

export interface ListedNetwork {
  readonly key: string
  readonly networkId: string | null
  readonly genesis: string | null
  readonly nodes: number
  readonly active: number
}

export interface Decided {
  /** How many nodes it changed. */
  readonly changed: number
  readonly network: string | null
}

/** What is done to nodes and networks; implemented by roster/admin.ts. */
export interface RosterAdmin {
  nodes(network: string | undefined, inactive: boolean): readonly ListedNode[]
  networks(): readonly ListedNetwork[]
  rename(actor: Actor, args: { network: string; id: string; name: string | null }): Decided
  merge(actor: Actor, args: { network: string; id: string; into: string }): Decided
  remove(actor: Actor, args: { network: string; id: string }): Decided
  renameNetwork(actor: Actor, args: { network: string; key: string }): Decided
  mergeNetwork(actor: Actor, args: { network: string; into: string }): Decided
  removeNetwork(actor: Actor, args: { network: string }): Decided
}

/** What operations work on. */
export interface AuthAdmin {
  readonly agents: AgentAdmin
  readonly users: UserAdmin
  readonly audit: Pick<Audit, 'list'>
  readonly refused: Pick<RefusedLogins, 'list'>
  /** Nodes and networks, which only a server that runs knows. */
  roster: RosterAdmin | undefined
}

/** One thing that can be administered. */
export interface Operation<A extends z.ZodObject = z.ZodObject, R extends z.ZodType = z.ZodType> {
  readonly id: string
  readonly summary: string
  readonly role: Role
  readonly args: A
  readonly result: R
  readonly run: (admin: AuthAdmin, actor: Actor, args: z.output<A>) => z.output<R> | Promise<z.output<R>>
}

export const operation = <A extends z.ZodObject, R extends z.ZodType>(one: Operation<A, R>): Operation<A, R> => one
