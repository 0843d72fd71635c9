/** `netstats agents …`, `netstats users …`, `netstats audit`: asks whoever owns the file, and writes down the answer. */
import { existsSync, readFileSync } from 'node:fs'
import { openAccessAdmin } from '@netstats/server'
import type { OpenedAccess } from '@netstats/server'
import { usageError } from '../errors.ts'
import type { Io } from '../program.ts'
import { serverConfigOf } from '../server-config.ts'
import { agentsText, auditText, usersText } from './format.ts'
import { readPassword } from './password.ts'
import type { AddAgentFlags, AddUserFlags, AgentChange, AgentPlaceFlags, AuditFlags, JsonFlags } from './program.ts'

export const addAgent = async (id: string, flags: AddAgentFlags, io: Io): Promise<void> => {
  const added = await withAccess(flags, io, (access) =>
    access.run('agents/add', {
      ...placeOf(id, flags),
      ...(flags.key === undefined ? {} : { key: keyOf(flags.key) }),
      ...(flags.token === undefined ? {} : { token: flags.token }),
      ...(flags.note === undefined ? {} : { note: flags.note }),
    }),
  )
  sayToken(added, `${id} is known by its key; its id can not log in with a shared secret any more.`, flags, io)
  if (added.token !== null) adviseAgent(id, io)
}

export const rotateAgent = async (id: string, flags: AgentPlaceFlags, io: Io): Promise<void> => {
  const rotated = await withAccess(flags, io, (access) => access.run('agents/rotate', placeOf(id, flags)))
  sayToken(rotated, '', flags, io)
  adviseAgent(id, io)
}

export const listAgents = async (flags: JsonFlags, io: Io): Promise<void> => {
  const found = await withAccess(flags, io, async (access) => {
    const first = await access.run('agents/list', {})
    const agents = [...first.agents]
    while (agents.length < first.total) {
      const page = await access.run('agents/list', { offset: agents.length })
      if (page.agents.length === 0) break
      agents.push(...page.agents)
    }
    return { total: first.total, agents }
  })
  say(flags, io, found, agentsText(found))
}

export const changeAgent = async (verb: AgentChange, id: string, flags: AgentPlaceFlags, io: Io): Promise<void> => {
  const changed = await withAccess(flags, io, (access) => access.run(`agents/${verb}`, placeOf(id, flags)))
  const { agent } = changed
  const text = agent === null ? `${id} is not known any more.` : `${id} is ${agent.state}.`
  say(flags, io, changed, `${text}\n`)
}

export const addUser = async (name: string, flags: AddUserFlags, io: Io): Promise<void> => {
  const password = await passwordOf(flags, io)
  const added = await withAccess(flags, io, (access) =>
    access.run('users/add', { name, role: flags.role, ...(password === undefined ? {} : { password }) }),
  )
  sayToken(added, `${name} may log in as ${added.user.role}.`, flags, io)
  if (added.token !== null) adviseScript(io)
}

export const setPassword = async (name: string, flags: Omit<AddUserFlags, 'role'>, io: Io): Promise<void> => {
  const password = await passwordOf(flags, io)
  if (password === undefined) {
    const rotated = await withAccess(flags, io, (access) => access.run('users/rotate', { name }))
    sayToken(rotated, '', flags, io)
    return adviseScript(io)
  }
  const changed = await withAccess(flags, io, (access) => access.run('users/password', { name, password }))
  say(flags, io, changed, `${name} has a new password; all sessions of it have ended.\n`)
}

export const setRole = async (name: string, flags: AddUserFlags, io: Io): Promise<void> => {
  const changed = await withAccess(flags, io, (access) => access.run('users/role', { name, role: flags.role }))
  say(flags, io, changed, `${name} is ${flags.role} now; all sessions of it have ended.\n`)
}

export const removeUser = async (name: string, flags: JsonFlags, io: Io): Promise<void> => {
  const changed = await withAccess(flags, io, (access) => access.run('users/remove', { name }))
  say(flags, io, changed, `${name} is not known any more.\n`)
}

export const listUsers = async (flags: JsonFlags, io: Io): Promise<void> => {
  const found = await withAccess(flags, io, (access) => access.run('users/list', {}))
  say(flags, io, found, usersText(found))
}

export const audit = async (flags: AuditFlags, io: Io): Promise<void> => {
  const limit = Number(flags.limit)
  if (!Number.isInteger(limit) || limit < 1 || limit > 1000) {
    throw usageError(`--limit: found "${flags.limit.slice(0, 40)}", expected a whole number from 1 to 1000`)
  }
  const found = await withAccess(flags, io, (access) => access.run('audit/list', { limit }))
  say(flags, io, found, auditText(found))
}

const withAccess = async <T>(flags: JsonFlags, io: Io, work: (access: OpenedAccess) => Promise<T>): Promise<T> => {
  await using access = await openAccessAdmin({ config: await serverConfigOf(flags, io) })
  return await work(access)
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

/** The token stands alone on standard output, so that it can go into a file without being seen. */
const sayToken = (value: { readonly token: string | null }, otherwise: string, flags: JsonFlags, io: Io): void =>
  say(flags, io, value, value.token === null ? `${otherwise}\n` : `${value.token}\n`)

const adviseAgent = (id: string, { err }: Io): void => {
  err(`The token of ${id} is shown this once; only its digest is kept. How to use it:`)
  err('  an agent: token: { file: PATH } of its netstats sink, or secret: { file: PATH } of its ethstats sink')
  err(`  geth:     geth --ethstats ${id}:TOKEN@HOST:PORT`)
  err(`${id} can not log in with a shared secret any more.`)
}

const adviseScript = ({ err }: Io): void => {
  err('The API token is shown this once; only its digest is kept. How to use it:')
  err('  curl -H "Authorization: Bearer TOKEN" http://HOST:PORT/api/v1/session')
}

const say = (flags: JsonFlags, io: Io, value: object, text: string): void =>
  io.out(flags.json === true ? `${JSON.stringify(value)}\n` : text)
