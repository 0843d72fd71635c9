/** Agents, users and the audit log as tables. */
import type { ResultOf } from '@netstats/server/auth-admin'
import { grouped, left, moment, table } from '../store/format.ts'

export const agentsText = ({ agents, total }: ResultOf<'agents/list'>): string => {
  if (total === 0) return 'No agent has a token, a key or a ban: shared secrets decide.\n'
  const rows = agents.map((one) => [
    one.id,
    one.network ?? 'any',
    one.state,
    [...(one.hasToken ? ['token'] : []), ...(one.key === null ? [] : ['key'])].join(', ') || '-',
    moment(one.seenAt),
    one.note,
  ])
  const rest = total > agents.length ? `  and ${total - agents.length} more\n` : ''
  return table(['agent', 'network', 'state', 'has', 'last login (UTC)', 'note'].map(left), rows) + rest
}

export const refusedText = ({ refused }: ResultOf<'agents/refused'>): string => {
  if (refused.length === 0) return 'Nobody was refused since the server was started.\n'
  const rows = refused.map((one) => [
    one.name === '' ? '-' : one.name,
    one.address === '' ? '-' : one.address,
    one.via,
    one.reason,
    grouped(one.count),
    moment(one.firstAt),
    moment(one.lastAt),
  ])
  const cures = new Map(refused.map(({ reason, cure }) => [reason, cure]))
  const advice = Array.from(cures, ([reason, cure]) => `  ${reason}: ${cure}\n`).join('')
  const headings = ['name', 'address', 'by', 'reason', 'times', 'first (UTC)', 'last (UTC)'].map(left)
  return `${table(headings, rows)}\nWhat to do:\n${advice}`
}

export const usersText = ({ users }: ResultOf<'users/list'>): string =>
  users.length === 0
    ? 'There are no users. Add one with netstats users add NAME --role admin.\n'
    : table(
        ['user', 'role', 'logs in with', 'ends (UTC)', 'last change (UTC)'].map(left),
        users.map((one) => [
          one.name,
          one.role,
          one.kind === 'token' ? 'API token' : 'password',
          one.tokenEndsAt === null ? (one.kind === 'token' ? 'never' : '-') : moment(one.tokenEndsAt),
          moment(one.changedAt),
        ]),
      )

export const auditText = ({ entries }: ResultOf<'audit/list'>): string =>
  table(
    ['time (UTC)', 'who', 'by', 'from', 'what', 'whom', 'result', 'detail'].map(left),
    entries.map((one) => [
      moment(one.at),
      one.actor,
      one.via,
      one.address === '' ? '-' : one.address,
      one.action,
      one.subject,
      one.result,
      one.detail,
    ]),
  )
