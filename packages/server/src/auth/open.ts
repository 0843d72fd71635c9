/** Opens authentication as a whole: the file, its tables in memory, and the authenticators that decide by them. */
import type { Clock, Logger } from '@netstats/sdk'
import { noteMarks, readMarks } from '../data-folder/marks.ts'
import { createAgentAdmin } from './agent-admin.ts'
import { createAgentTable } from './agents.ts'
import { createAudit } from './audit.ts'
import type { Audit } from './audit.ts'
import type { AuthConfig } from './config.ts'
import { authPathIn, openAuthFile } from './database.ts'
import { createHttpAuthenticator } from './http-authenticator.ts'
import type { HttpAuthenticator } from './http-authenticator.ts'
import { createAgentAuthenticator } from './agent-authenticator.ts'
import { createGoodPairs } from './good-pairs.ts'
import type { FullAgentAuthenticator } from './agent-authenticator.ts'
import type { AuthAdmin } from './operation.ts'
import { createRefusedLogins } from './refused-logins.ts'
import type { RefusedLogins } from './refused-logins.ts'
import { createPasswords } from './passwords.ts'
import type { Passwords } from './passwords.ts'
import type { SecretOperations } from './secrets.ts'
import { createSessionTable } from './sessions.ts'
import { createUserAdmin } from './user-admin.ts'
import { createUserTable } from './users.ts'

export interface AuthOptions {
  /** Folder that holds `auth.db`. */
  readonly data: string
  readonly config: AuthConfig
  /** Shared secrets of agents and native nodes. */
  readonly secrets: readonly string[]
  /** Without a secret, only this machine may report. */
  readonly onlyHere?: boolean
  readonly clock: Pick<Clock, 'now'>
  readonly log: Pick<Logger, 'warn' | 'error'>
  /** How secrets of agents are compared and passwords hashed; tests count and spare. */
  readonly operations?: SecretOperations
  readonly passwords?: Passwords
}

export interface Auth extends AsyncDisposable {
  readonly agentAuthenticator: FullAgentAuthenticator
  readonly httpAuthenticator: HttpAuthenticator
  readonly admin: AuthAdmin
  readonly audit: Pick<Audit, 'later'>
  /** Who was refused. */
  readonly refused: RefusedLogins
  readonly counts: AuthCounts
  /** Writes a copy of the file as of one moment into a new file. */
  readonly copyTo: (path: string) => Promise<void>
  /** Writes down what has gathered, ends sessions whose time is up; done by itself every few seconds. */
  flush(): void
}

export interface AuthCounts {
  readonly agents: number
  readonly users: number
  readonly sessions: number
  readonly names: number
  readonly unboundNames: number
  readonly auditLost: number
}

const flushEveryMs = 5000
/** Logins written down in one go, so that a storm of them does not hold up anything for long. */
const seenAtOnce = 500

// Async, although nothing waits: what goes wrong must reject, and opening may become slow.
// oxlint-disable-next-line max-lines-per-function -- the list of parts of auth, opened in the order in which they need each other
export const openAuth = async (options: AuthOptions): Promise<Auth> => {
  const { config, clock, log } = options
  const path = authPathIn(options.data)
  // What the tables below cannot read must not leave the file locked.
  using opening = new DisposableStack()
  const file = opening.use(openAuthFile(path, readMarks(options.data).auth))
  noteMarks(options.data, { auth: file.id })
  if (file.wasOpenToOthers)
    log.warn({ file: path }, 'the file of agents and users could be read by others; not any more')
  const now = (): number => clock.now()
  const agents = createAgentTable(file)
  const users = createUserTable(file)
  const sessions = createSessionTable(file, { idleMs: config.sessionIdle, lifeMs: config.sessionLife })
  const audit = createAudit(file, { entries: config.auditEntries, now })
  const passwords = options.passwords ?? createPasswords()
  const lock = { failures: config.failures, lockMs: config.lockFor }
  const good = { agent: createGoodPairs(file, { kind: 'agent' }), user: createGoodPairs(file, { kind: 'user' }) }
  const agentAuthenticator = createAgentAuthenticator({
    agents,
    good: good.agent,
    secrets: options.secrets,
    requireTokens: config.requireTokens,
    onlyHere: options.onlyHere ?? false,
    bindNames: config.bindNames,
    bindForMs: config.bindFor,
    ...lock,
    ...(options.operations === undefined ? {} : { operations: options.operations }),
  })
  const withdraw = (agent: string, network: string | undefined): void => agentAuthenticator.withdraw(agent, network)
  const anonymous = config.anonymous === 'none' ? undefined : config.anonymous
  const refused = createRefusedLogins({ log })
  const admin: AuthAdmin = {
    refused,
    agents: createAgentAdmin({ file, agents, audit, now, withdraw }),
    users: createUserAdmin({ file, users, sessions, passwords, audit, now }),
    audit,
    roster: undefined,
  }

  let failing = false
  let auditLost = 0
  const flush = (): void => {
    try {
      users.endTokens(now())
      audit.flush()
      file.write(() => {
        agents.flushSeen(seenAtOnce)
        good.agent.flush(seenAtOnce)
        good.user.flush(seenAtOnce)
        sessions.flush(now())
      })
      failing = false
      if (audit.lost > auditLost)
        log.warn({ entries: audit.lost - auditLost }, 'entries of the audit log were lost; a row of it says since when')
      auditLost = audit.lost
    } catch (error) {
      if (!failing) log.error({ error }, 'the file of agents and users cannot be written')
      failing = true
    }
  }
  const timer = setInterval(flush, flushEveryMs)
  timer.unref()
  let isOpen = true
  opening.move()

  return {
    agentAuthenticator,
    httpAuthenticator: createHttpAuthenticator({
      users,
      sessions,
      passwords,
      audit,
      anonymous,
      now,
      good: good.user,
      refused,
      ...lock,
    }),
    admin,
    audit,
    refused,
    async copyTo(to) {
      flush()
      await file.copyTo(to)
    },
    flush,
    get counts() {
      return {
        agents: agents.size,
        users: users.all().length,
        sessions: sessions.size,
        names: agentAuthenticator.reservations.size,
        unboundNames: agentAuthenticator.reservations.unbound,
        auditLost: audit.lost,
      }
    },
    async [Symbol.asyncDispose]() {
      if (!isOpen) return
      isOpen = false
      clearInterval(timer)
      try {
        flush()
      } finally {
        file[Symbol.dispose]()
      }
    },
  }
}
