import { useSignal } from '@preact/signals'
import { elapsed, instant } from '../format/time.ts'
import { Sign } from '../server/trouble-list.tsx'
import type { Agent } from './wire.ts'

type Act = 'add' | 'rotate' | 'revoke' | 'ban' | 'unban' | 'remove'
/** Resolves with true where it was done. */
export type Do = (act: Act, body: Readonly<Record<string, string>>) => Promise<boolean>

interface Props {
  readonly agents: readonly Agent[]
  readonly act: Do
  readonly now: number
}

const signs = { active: 'ok', revoked: 'warn', banned: 'bad' } as const

export function AgentTable({ agents, act, now }: Props) {
  return (
    <table class="server-table agent-table">
      <thead>
        <tr>
          <th scope="col">Agent</th>
          <th scope="col">Network</th>
          <th scope="col">Logs in with</th>
          <th scope="col">Last login</th>
          <th scope="col">Note</th>
          <th scope="col">
            <span class="visually-hidden">Actions</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {agents.map((agent) => (
          <Line key={keyOf(agent)} agent={agent} act={act} now={now} />
        ))}
      </tbody>
    </table>
  )
}

const keyOf = ({ id, network }: Pick<Agent, 'id' | 'network'>): string => JSON.stringify([id, network])

const means = ({ state, hasToken, key }: Agent): string => {
  if (state !== 'active') return state
  if (hasToken && key !== null) return 'token or key'
  return hasToken ? 'token' : key === null ? 'nothing' : 'key'
}

function Line({ agent, act, now }: { readonly agent: Agent; readonly act: Do; readonly now: number }) {
  const changedAt = agent.bannedAt ?? agent.revokedAt ?? agent.rotatedAt ?? agent.createdAt
  return (
    <tr class={`is-${agent.state}`}>
      <td>
        <span class="part-name">
          <Sign weight={signs[agent.state]} />
          {agent.id}
        </span>
      </td>
      <td class={agent.network === null ? 'faint' : undefined}>{agent.network ?? 'any'}</td>
      <td title={agent.key === null ? undefined : `Public key ${agent.key}`}>
        {means(agent)} <span class="faint">since {instant(changedAt).slice(0, 10)}</span>
      </td>
      <td class="faint" data-label="last login">
        {agent.seenAt === null ? 'never' : <time title={instant(agent.seenAt)}>{elapsed(now - agent.seenAt)} ago</time>}
      </td>
      <td>{agent.note}</td>
      <td class="agent-acts">
        <Actions agent={agent} act={act} />
      </td>
    </tr>
  )
}

const consequences: Readonly<Partial<Record<Act, string>>> = {
  rotate: 'The old token ends at once, and the session with it.',
  revoke: 'It is refused until it is given a new token.',
  ban: 'It is refused with any token, key or secret.',
  remove: 'Its entry is deleted; it may log in with a shared secret again.',
}

/** What ends a session is confirmed, with its consequence in words. */
function Actions({ agent, act }: { readonly agent: Agent; readonly act: Do }) {
  const wanted = useSignal<Act | undefined>(undefined)
  const busy = useSignal(false)
  const run = async (what: Act): Promise<void> => {
    busy.value = true
    await act(what, { id: agent.id, ...(agent.network === null ? {} : { network: agent.network }) })
    busy.value = false
    wanted.value = undefined
  }
  const sure = wanted.value
  if (sure !== undefined) {
    return (
      <span class="agent-sure" role="alertdialog" aria-label={`${sure} ${agent.id}`}>
        {consequences[sure]}{' '}
        <button type="button" class="chip is-main" disabled={busy.value} onClick={() => void run(sure)}>
          {sure}
        </button>
        <button type="button" class="chip" onClick={() => (wanted.value = undefined)}>
          no
        </button>
      </span>
    )
  }
  const button = (what: Act, label: string) => (
    <button
      key={what}
      type="button"
      class="chip"
      disabled={busy.value}
      aria-label={`${label} ${agent.id}`}
      onClick={() => (consequences[what] === undefined ? void run(what) : (wanted.value = what))}
    >
      {label}
    </button>
  )
  return (
    <>
      {agent.state !== 'banned' && button('rotate', 'new token')}
      {agent.state === 'active' && button('revoke', 'revoke')}
      {agent.state === 'banned' ? button('unban', 'let in again') : button('ban', 'ban')}
      {agent.state !== 'active' && button('remove', 'forget')}
    </>
  )
}
