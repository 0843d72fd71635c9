/** Access as a whole: the file, what is in memory of it, and those who decide by it. */
import { join } from 'node:path'
import type { Clock, Logger } from '@netstats/sdk'
import { createAgentAdmin } from './agent-admin.ts'
import { createAgentTable } from './agents.ts'
import { createAudit } from './audit.ts'
import type { AccessConfig } from './config.ts'
import { openAccessFile } from './database.ts'
import { createDoors } from './doors.ts'
import type { Doors } from './doors.ts'
import { createGatekeeper } from './gatekeeper.ts'
import type { FullGatekeeper } from './gatekeeper.ts'
import type { AccessAdmin } from './operations.ts'
import { createPasswords } from './passwords.ts'
import type { Passwords } from './passwords.ts'
import type { SecretOperations } from './secrets.ts'
import { createSessionTable } from './sessions.ts'
import { createUserAdmin } from './user-admin.ts'
import { createUserTable } from './users.ts'

export interface AccessOptions {
  /** Folder that holds `access.db`. */
  readonly data: string
  readonly config: AccessConfig
  /** Shared secrets of agents and native nodes. */
  readonly secrets: readonly string[]
  readonly clock: Pick<Clock, 'now'>
  readonly log: Pick<Logger, 'warn' | 'error'>
  /** How secrets of agents are compared and passwords hashed; tests count and spare. */
  readonly operations?: SecretOperations
  readonly passwords?: Passwords
}

export interface Access extends AsyncDisposable {
  readonly gatekeeper: FullGatekeeper
  readonly doors: Doors
  readonly admin: AccessAdmin
  readonly counts: AccessCounts
  /** Writes down what has gathered, ends sessions whose time is up; done by itself every few seconds. */
  flush(): void
}

export interface AccessCounts {
  readonly agents: number
  readonly users: number
  readonly sessions: number
  readonly names: number
  readonly unboundNames: number
  readonly auditLost: number
}

export const accessFileName = 'access.db'
const flushEveryMs = 5000
/** Logins written down in one go, so that a storm of them does not hold up anything for long. */
const seenAtOnce = 500

// oxlint-disable-next-line typescript/require-await -- what goes wrong must reject, and opening may become slow
export const openAccess = async (options: AccessOptions): Promise<Access> => {
  const { config, clock, log } = options
  const path = join(options.data, accessFileName)
  const file = openAccessFile(path)
  if (file.wasOpenToOthers)
    log.warn({ file: path }, 'the file of agents and users could be read by others; not any more')
  const now = (): number => clock.now()
  const agents = createAgentTable(file)
  const users = createUserTable(file)
  const sessions = createSessionTable(file, { idleMs: config.sessionIdle, lifeMs: config.sessionLife })
  const audit = createAudit(file, { entries: config.auditEntries, now })
  const passwords = options.passwords ?? createPasswords()
  const lock = { failures: config.failures, lockMs: config.lockFor }
  const gatekeeper = createGatekeeper({
    agents,
    secrets: options.secrets,
    requireTokens: config.requireTokens,
    bindNames: config.bindNames,
    bindForMs: config.bindFor,
    ...lock,
    ...(options.operations === undefined ? {} : { operations: options.operations }),
  })
  const withdraw = (agent: string, network: string | undefined): void => gatekeeper.withdraw(agent, network)
  const anonymous = config.anonymous === 'none' ? undefined : config.anonymous
  const admin: AccessAdmin = {
    agents: createAgentAdmin({ file, agents, audit, now, withdraw }),
    users: createUserAdmin({ file, users, sessions, passwords, audit, now }),
    audit,
  }

  let failing = false
  const flush = (): void => {
    try {
      audit.flush()
      file.write(() => {
        agents.flushSeen(seenAtOnce)
        sessions.flush(now())
      })
      failing = false
    } catch (error) {
      if (!failing) log.error({ error }, 'the file of agents and users can not be written')
      failing = true
    }
  }
  const timer = setInterval(flush, flushEveryMs)
  timer.unref()
  let isOpen = true

  return {
    gatekeeper,
    doors: createDoors({ users, sessions, passwords, audit, anonymous, now, ...lock }),
    admin,
    flush,
    get counts() {
      return {
        agents: agents.size,
        users: users.all().length,
        sessions: sessions.size,
        names: gatekeeper.names.size,
        unboundNames: gatekeeper.names.unbound,
        auditLost: audit.lost,
      }
    },
    async [Symbol.asyncDispose]() {
      if (!isOpen) return
      isOpen = false
      clearInterval(timer)
      flush()
      file[Symbol.dispose]()
    },
  }
}
