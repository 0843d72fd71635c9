/** Who of the agents has a token, a key or a ban: add, rotate, revoke, ban. For operators. */
import { useSignal } from '@preact/signals'
import { useMemo } from 'preact/hooks'
import type { FeedFault } from '@netstats/protocol/feed'
import { count } from '../format/numbers.ts'
import { Waiting } from '../pages/message.tsx'
import { sendToServer } from '../rest/rest.ts'
import { RestFault } from '../rest/rest-fault.tsx'
import { AddAgent } from './add-agent.tsx'
import { AgentTable } from './agent-table.tsx'
import { TokenOnce } from './token-once.tsx'
import { useAgents } from './use-agents.ts'
import type { Agent, AgentWithToken } from './wire.ts'

export type Act = 'add' | 'rotate' | 'revoke' | 'ban' | 'unban' | 'remove'
/** Resolves with true where it was done. */
export type Do = (act: Act, body: Readonly<Record<string, string>>) => Promise<boolean>

const patienceMs = 15_000
/** More lines than a page can be read in; the search finds the others. */
const shownAtMost = 200

export function Administration({ now }: { readonly now: number }) {
  const { state, again } = useAgents()
  const search = useSignal('')
  const fresh = useSignal<AgentWithToken | undefined>(undefined)
  const fault = useSignal<FeedFault | undefined>(undefined)
  const { agents, total, waiting, fault: listFault, status } = state.value
  const text = search.value.trim().toLowerCase()
  const found = useMemo(
    () => agents.filter(({ id, note }) => id.toLowerCase().includes(text) || note.toLowerCase().includes(text)),
    [agents, text],
  )

  const act: Do = async (what, body) => {
    fault.value = undefined
    const answer = await sendToServer('POST', `/admin/agents/${what}`, body, AbortSignal.timeout(patienceMs)).catch(
      () => undefined,
    )
    if (!answer?.ok) {
      fault.value = answer?.fault ?? { code: 'API_UNREACHABLE', message: 'The server does not answer in time.' }
      return false
    }
    const given = answer.data as AgentWithToken
    fresh.value = what === 'add' || what === 'rotate' ? given : undefined
    again()
    return true
  }

  if (listFault && agents.length === 0) return <RestFault what="who is let in" fault={listFault} status={status} />
  return (
    <>
      {fresh.value && <TokenOnce given={fresh.value} close={() => (fresh.value = undefined)} />}
      <AddAgent act={act} />
      {fault.value && (
        <p class="agents-fault" role="alert">
          <b>That was not done.</b> {fault.value.message} <span class="faint">{fault.value.code}</span>
        </p>
      )}
      {waiting && agents.length === 0 ? (
        <Waiting what="the agents" />
      ) : agents.length === 0 ? (
        <p class="quiet-note">
          No agent has a token, a key or a ban. All others log in with a shared secret, or as they like.
        </p>
      ) : (
        <>
          <div class="agents-tools">
            <label class="agents-search">
              <span class="visually-hidden">Agent or note</span>
              <input
                type="search"
                placeholder="agent or note"
                maxLength={200}
                spellcheck={false}
                onInput={({ currentTarget: { value } }) => (search.value = value)}
              />
            </label>
            <span class="faint" role="status">
              {text === '' ? count(total) : `${count(found.length)} of ${count(total)}`}
            </span>
          </div>
          <AgentTable agents={found.slice(0, shownAtMost)} act={act} now={now} />
          {found.length > shownAtMost && (
            <p class="quiet-note">{count(found.length - shownAtMost)} more; search for them by name or note.</p>
          )}
        </>
      )}
    </>
  )
}

export const keyOf = ({ id, network }: Pick<Agent, 'id' | 'network'>): string => JSON.stringify([id, network])
