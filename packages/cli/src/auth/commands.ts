/** `netstats agents …`, `netstats users …`, `netstats audit`: asks the one who owns the file, and writes down the answer. */
import { existsSync, readFileSync } from 'node:fs'
import { duration } from '@netstats/sdk/config'
import { openAuthAdmin } from '@netstats/server/auth-admin'
import type { OpenedAuth } from '@netstats/server/auth-admin'
import { usageError } from '../errors.ts'
import { exposedOutput } from '../exposed.ts'
import type { Io } from '../io.ts'
import { serverConfigOf } from '../server-config.ts'
import { agentsText, auditText, refusedText, usersText } from './format.ts'
import { readPassword } from './password.ts'
import type { AddAgentFlags, AddUserFlags, AgentChange, AgentPlaceFlags, AuditFlags, JsonFlags } from './flags.ts'

export const addAgent = async (id: string, flags: AddAgentFlags, io: Io): Promise<void> => {
  const added = await withAuth(flags, io, (auth) =>
    auth.run('agents/add', {
      ...placeOf(id, flags),
      ...(flags.key === undefined ? {} : { key: keyOf(flags.key) }),
      ...(flags.token === undefined ? {} : { token: flags.token }),
      ...(flags.note === undefined ? {} : { note: flags.note }),
    }),
  )
  sayToken(added, `${id} is known by its key; its id cannot log in with a shared secret any more.`, flags, io)
  if (added.token !== null) adviseAgent(id, io)
}

export const rotateAgent = async (id: string, flags: AgentPlaceFlags, io: Io): Promise<void> => {
  const rotated = await withAuth(flags, io, (auth) => auth.run('agents/rotate', placeOf(id, flags)))
  sayToken(rotated, '', flags, io)
  adviseAgent(id, io)
}

export const listAgents = async (flags: JsonFlags, io: Io): Promise<void> => {
  const found = await withAuth(flags, io, async (auth) => {
    const first = await auth.run('agents/list', {})
    const agents = [...first.agents]
    while (agents.length < first.total) {
      const page = await auth.run('agents/list', { offset: agents.length })
      if (page.agents.length === 0) break
      agents.push(...page.agents)
    }
    return { total: first.total, agents }
  })
  say(flags, io, found, agentsText(found))
}

export const listRefused = async (flags: JsonFlags, io: Io): Promise<void> => {
  const { running, found } = await withAuth(flags, io, async (auth) => ({
    running: auth.running,
    found: await auth.run('agents/refused', {}),
  }))
  const none = 'No server runs on this folder; it keeps who was refused in memory, and the first of each in its log.\n'
  say(flags, io, found, running ? refusedText(found) : none)
}

export const changeAgent = async (verb: AgentChange, id: string, flags: AgentPlaceFlags, io: Io): Promise<void> => {
  const changed = await withAuth(flags, io, (auth) => auth.run(`agents/${verb}`, placeOf(id, flags)))
  const { agent } = changed
  const text = agent === null ? `${id} is not known any more.` : `${id} is ${agent.state}.`
  say(flags, io, changed, `${text}\n`)
}

export const addUser = async (name: string, flags: AddUserFlags, io: Io): Promise<void> => {
  const life = lifeOf(flags)
  const password = await passwordOf(flags, io)
  const added = await withAuth(flags, io, (auth) =>
    auth.run('users/add', { name, role: flags.role, ...life, ...(password === undefined ? {} : { password }) }),
  )
  sayToken(added, `${name} may log in as ${added.user.role}.`, flags, io)
  if (added.token !== null) adviseScript(added.user.tokenEndsAt, io)
}

export const setPassword = async (name: string, flags: Omit<AddUserFlags, 'role'>, io: Io): Promise<void> => {
  const life = lifeOf(flags)
  const password = await passwordOf(flags, io)
  if (password === undefined) {
    const rotated = await withAuth(flags, io, (auth) => auth.run('users/rotate', { name, ...life }))
    sayToken(rotated, '', flags, io)
    return adviseScript(rotated.user.tokenEndsAt, io)
  }
  const changed = await withAuth(flags, io, (auth) => auth.run('users/password', { name, password }))
  say(flags, io, changed, `${name} has a new password; all sessions of it have ended.\n`)
}

export const setRole = async (name: string, flags: AddUserFlags, io: Io): Promise<void> => {
  const changed = await withAuth(flags, io, (auth) => auth.run('users/role', { name, role: flags.role }))
  say(flags, io, changed, `${name} is ${flags.role} now; all sessions of it have ended.\n`)
}

export const removeUser = async (name: string, flags: JsonFlags, io: Io): Promise<void> => {
  const changed = await withAuth(flags, io, (auth) => auth.run('users/remove', { name }))
  say(flags, io, changed, `${name} is not known any more.\n`)
}

export const listUsers = async (flags: JsonFlags, io: Io): Promise<void> => {
  const found = await withAuth(flags, io, (auth) => auth.run('users/list', {}))
  say(flags, io, found, usersText(found))
}

export const audit = async (flags: AuditFlags, io: Io): Promise<void> => {
  const limit = Number(flags.limit)
  if (!Number.isInteger(limit) || limit < 1 || limit > 1000) {
    throw usageError(`--limit: found "${flags.limit.slice(0, 40)}", expected a whole number from 1 to 1000`)
  }
  const found = await withAuth(flags, io, (auth) => auth.run('audit/list', { limit }))
  say(flags, io, found, auditText(found))
}

export const withAuth = async <T>(flags: JsonFlags, io: Io, work: (auth: OpenedAuth) => Promise<T>): Promise<T> => {
  await using auth = await openAuthAdmin({ config: await serverConfigOf(flags, io) })
  return await work(auth)
}

const placeOf = (id: string, { network }: AgentPlaceFlags) => (network === undefined ? { id } : { id, network })

/** A file, or the key itself. */
const keyOf = (given: string): string => (existsSync(given) ? readFileSync(given, 'utf8').slice(0, 1000) : given)

/** Undefined: an API token is asked for. */
const passwordOf = async (flags: Omit<AddUserFlags, 'role'>, io: Io): Promise<string | undefined> => {
  if (flags.token !== true) return readPassword(flags.passwordFile, io)
  if (flags.passwordFile !== undefined) throw usageError('a user has a password or an API token; say one of them')
  return undefined
}

/** How long an API token holds; nothing where it is not said, and a usage error where there is no token to end. */
const lifeOf = ({ expires, token }: Omit<AddUserFlags, 'role'>): { readonly lifeMs?: number | null } => {
  if (expires === undefined) return {}
  if (token !== true) throw usageError('--expires is for API tokens; a password holds until it is changed')
  if (expires === 'never') return { lifeMs: null }
  const read = tokenLife.safeParse(expires)
  if (!read.success)
    throw usageError(`--expires: found "${expires.slice(0, 40)}", expected a time from 1m to 36500d, or never`)
  return { lifeMs: read.data }
}
const tokenLife = duration({ min: '1m', max: '36500d' })

/** The token stands alone on standard output, so that it can go into a file without being seen. */
const sayToken = (value: { readonly token: string | null }, otherwise: string, flags: JsonFlags, io: Io): void => {
  say(flags, io, value, value.token === null ? `${otherwise}\n` : `${value.token}\n`)
  const file = value.token === null ? undefined : exposedOutput()
  if (file !== undefined) io.err(`Other users can read the file that the token went to: chmod 600 ${file} ends that.`)
}

const adviseAgent = (id: string, { err }: Io): void => {
  err(`The token of ${id} is shown this once; only its digest is kept. How to use it:`)
  err('  an agent: token: { file: PATH } of its netstats sink, or secret: { file: PATH } of its ethstats sink')
  err(`  geth:     geth --ethstats ${id}:TOKEN@HOST:PORT`)
  err(`${id} cannot log in with a shared secret any more.`)
}

const adviseScript = (endsAt: number | null, { err }: Io): void => {
  const until = endsAt === null ? 'holds without end' : `ends on ${new Date(endsAt).toISOString().slice(0, 10)}`
  err(`The API token is shown this once, and ${until}; only its digest is kept. How to use it:`)
  err('  curl -H "Authorization: Bearer TOKEN" http://HOST:PORT/api/v1/session')
}

export const say = (flags: JsonFlags, io: Io, value: object, text: string): void =>
  io.out(flags.json === true ? `${JSON.stringify(value)}\n` : text)
