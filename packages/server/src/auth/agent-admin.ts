/** Administers agents, for REST, the admin socket and commands that open the file themselves. */
import type { AgentRecord, AgentTable } from './agents.ts'
import type { Actor, Audit } from './audit.ts'
import type { AuthFile } from './database.ts'
import { AuthError } from './errors.ts'
import { parseKey } from './keys.ts'
import { createToken, digestOf, tokenPrefix } from './secrets.ts'

/** An agent as it is shown. */
export interface AgentInfo {
  readonly id: string
  /** Null: on every network. */
  readonly network: string | null
  readonly state: 'active' | 'revoked' | 'banned'
  readonly hasToken: boolean
  /** Public key. */
  readonly key: string | null
  readonly note: string
  readonly createdAt: number
  readonly rotatedAt: number | null
  readonly revokedAt: number | null
  readonly bannedAt: number | null
  /** Last login, also of those before a restart. */
  readonly seenAt: number | null
}

export interface AgentPlace {
  readonly id: string
  readonly network?: string | undefined
}

export interface AgentAdmin {
  list(): readonly AgentInfo[]
  /** With a key no token is made, unless it is asked for. The token is not kept, and not shown again. */
  add(
    actor: Actor,
    agent: AgentPlace & { key?: string | undefined; token?: boolean | undefined; note?: string | undefined },
  ): AgentWithToken
  /** A new token; the old one is worth nothing from now on. Gives an agent that was revoked its right back. */
  rotate(actor: Actor, place: AgentPlace): AgentWithToken
  /** Takes token and key away. The id is refused until it is rotated, or removed. */
  revoke(actor: Actor, place: AgentPlace): AgentInfo
  /** Refuses the id, whatever it shows; also one that has neither token nor key. */
  ban(actor: Actor, place: AgentPlace): AgentInfo
  /** Undefined where nothing else was known of it. */
  unban(actor: Actor, place: AgentPlace): AgentInfo | undefined
  setKey(actor: Actor, place: AgentPlace & { key: string }): AgentInfo
  /** Forgets it: from now on the id may log in with a shared secret, where those are let in. */
  remove(actor: Actor, place: AgentPlace): void
}

export interface AgentWithToken {
  readonly agent: AgentInfo
  readonly token: string | undefined
}

interface Parts {
  readonly file: AuthFile
  readonly agents: AgentTable
  readonly audit: Audit
  readonly now: () => number
  /** Ends the sessions of an agent whose right is gone. */
  readonly withdraw: (agent: string, network: string | undefined) => void
}

// oxlint-disable-next-line max-lines-per-function -- each change to agents takes the same steps: find, check the key, save with an audit entry, end sessions
export const createAgentAdmin = ({ file, agents, audit, now, withdraw }: Parts): AgentAdmin => {
  const found = ({ id, network = '' }: AgentPlace): AgentRecord => {
    const record = agents.get(id, network)
    if (record !== undefined) return record
    const elsewhere = [...agents.all()].filter((one) => one.id === id).map((one) => one.network)
    const cure =
      elsewhere.length === 0
        ? 'netstats agents list names those that are known, netstats agents ban also bans others'
        : `it is known ${elsewhere.map((one) => (one === '' ? 'without a network' : `on network ${one}`)).join(', ')}`
    throw new AuthError('AUTH_AGENT_UNKNOWN', `No agent "${id}"${onNetwork(network)} is known; ${cure}.`)
  }

  const checkKey = (text: string, record: AgentPlace): string => {
    const key = parseKey(text)
    const other = agents.byKey(key)
    if (other !== undefined && (other.id !== record.id || other.network !== (record.network ?? ''))) {
      throw new AuthError('AUTH_KEY_TAKEN', `The key belongs to "${other.id}"${onNetwork(other.network)} already.`)
    }
    return key
  }

  const change = (
    actor: Actor,
    action: string,
    before: AgentRecord,
    changes: Partial<AgentRecord>,
    detail = '',
  ): AgentRecord => {
    const after: AgentRecord = { ...before, ...changes }
    file.write(() => {
      audit.write(actor, { action, subject: nameOf(before), detail })
      agents.save(after, before)
    })
    return after
  }
  const end = (record: AgentRecord): void => withdraw(record.id, record.network === '' ? undefined : record.network)

  return {
    list: () => [...agents.all()].toSorted(byName).map(infoOf),
    add(actor, { id, network = '', key, token = key === undefined, note = '' }) {
      const known = agents.get(id, network)
      if (known !== undefined) {
        const cure = known.bannedAt === undefined ? 'rotate gives it a new token' : 'it is banned; unban it first'
        throw new AuthError('AUTH_AGENT_EXISTS', `There is an agent "${id}"${onNetwork(network)} already; ${cure}.`)
      }
      const secret = token ? createToken(tokenPrefix) : undefined
      const record: AgentRecord = {
        id,
        network,
        note,
        token: secret === undefined ? undefined : digestOf(secret),
        key: key === undefined ? undefined : checkKey(key, { id, network }),
        createdAt: now(),
        ...untouched,
      }
      file.write(() => {
        const by = [...(token ? ['token'] : []), ...(key === undefined ? [] : ['key'])].join(' and ')
        audit.write(actor, { action: 'agent-add', subject: nameOf(record), detail: by })
        agents.save(record)
      })
      return { agent: infoOf(record), token: secret }
    },
    rotate(actor, place) {
      const token = createToken(tokenPrefix)
      const changes = { token: digestOf(token), rotatedAt: now(), revokedAt: undefined }
      const record = change(actor, 'agent-rotate', found(place), changes)
      end(record)
      return { agent: infoOf(record), token }
    },
    revoke(actor, place) {
      const changes = { token: undefined, key: undefined, revokedAt: now() }
      const record = change(actor, 'agent-revoke', found(place), changes)
      end(record)
      return infoOf(record)
    },
    ban(actor, { id, network = '' }) {
      const known = agents.get(id, network)
      const record = known
        ? change(actor, 'agent-ban', known, { bannedAt: now() })
        : { id, network, note: '', token: undefined, key: undefined, createdAt: now(), ...untouched, bannedAt: now() }
      if (known === undefined) {
        file.write(() => {
          audit.write(actor, { action: 'agent-ban', subject: nameOf(record) })
          agents.save(record)
        })
      }
      end(record)
      return infoOf(record)
    },
    unban(actor, place) {
      const known = found(place)
      const isEmpty = known.token === undefined && known.key === undefined && known.revokedAt === undefined
      if (!isEmpty) return infoOf(change(actor, 'agent-unban', known, { bannedAt: undefined }))
      file.write(() => {
        audit.write(actor, { action: 'agent-unban', subject: nameOf(known) })
        agents.remove(known)
      })
      return undefined
    },
    setKey(actor, { key: text, ...place }) {
      const known = found(place)
      const key = checkKey(text, known)
      const record = change(actor, 'agent-key', known, { key, revokedAt: undefined }, key)
      end(record)
      return infoOf(record)
    },
    remove(actor, place) {
      const known = found(place)
      file.write(() => {
        audit.write(actor, { action: 'agent-remove', subject: nameOf(known) })
        agents.remove(known)
      })
      end(known)
    },
  }
}

const untouched = { rotatedAt: undefined, revokedAt: undefined, bannedAt: undefined, seenAt: undefined }

const onNetwork = (network: string): string => (network === '' ? '' : ` on network ${network}`)
const nameOf = ({ id, network }: AgentRecord): string => `${id}${onNetwork(network)}`
const byName = (a: AgentRecord, b: AgentRecord): number =>
  a.id === b.id ? (a.network < b.network ? -1 : 1) : a.id < b.id ? -1 : 1

const infoOf = (record: AgentRecord): AgentInfo => ({
  id: record.id,
  network: record.network === '' ? null : record.network,
  state: record.bannedAt !== undefined ? 'banned' : record.revokedAt !== undefined ? 'revoked' : 'active',
  hasToken: record.token !== undefined,
  key: record.key ?? null,
  note: record.note,
  createdAt: record.createdAt,
  rotatedAt: record.rotatedAt ?? null,
  revokedAt: record.revokedAt ?? null,
  bannedAt: record.bannedAt ?? null,
  seenAt: record.seenAt ?? null,
})
