/** Agents with a token, a key or a ban: add, rotate, revoke, ban. For operators. */
import type { FeedFault } from '@netstats/protocol/feed'
import { type ReadonlySignal, useSignal } from '@preact/signals'
import { useEffect, useMemo, useRef } from 'preact/hooks'
import { count } from '../format/numbers.ts'
import { RestFault, Waiting } from '../pages/message.tsx'
import { askServer, sendToServer } from '../rest/rest.ts'
import { serverAddress } from '../root.ts'
import { Command } from '../ui/command.tsx'
import { AgentTable, type Do } from './agent-table.tsx'
import type { Agent, AgentWithToken } from './wire.ts'

const patienceMs = 15_000
/** More lines than anyone reads; the search finds the others. */
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

  if (listFault && agents.length === 0) return <RestFault what="tokens and bans" fault={listFault} status={status} />
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
          No agent has a token, a key or a ban. All others log in with a shared secret, or without one.
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

interface AgentsState {
  readonly agents: readonly Agent[]
  readonly total: number
  readonly waiting: boolean
  readonly fault: FeedFault | undefined
  readonly status: number
}

const page = 1000

/** All administered agents, read page by page; `again` reads them again and keeps what is shown until then. */
function useAgents(): { readonly state: ReadonlySignal<AgentsState>; readonly again: () => void } {
  const state = useSignal<AgentsState>({ agents: [], total: 0, waiting: true, fault: undefined, status: 200 })
  const reading = useRef<AbortController | undefined>(undefined)
  const read = async (): Promise<void> => {
    reading.current?.abort()
    const { signal } = (reading.current = new AbortController())
    state.value = { ...state.peek(), waiting: true }
    const agents: Agent[] = []
    for (;;) {
      const answer = await askServer(`/admin/agents?offset=${agents.length}&limit=${page}`, signal).catch(
        () => undefined,
      )
      if (signal.aborted || !answer) return
      if (!answer.ok) {
        state.value = { ...state.peek(), waiting: false, fault: answer.fault, status: answer.status }
        return
      }
      const { total, agents: more } = answer.data as { readonly total: number; readonly agents: readonly Agent[] }
      agents.push(...more)
      if (agents.length >= total || more.length === 0) {
        state.value = { agents, total, waiting: false, fault: undefined, status: 200 }
        return
      }
    }
  }
  useEffect(() => {
    void read()
    return () => reading.current?.abort()
  }, [])
  return { state, again: () => void read() }
}

/** A new agent with a token of its own. */
function AddAgent({ act }: { readonly act: Do }) {
  const busy = useSignal(false)
  const add = async (form: HTMLFormElement): Promise<void> => {
    const fields = Object.fromEntries(
      [...new FormData(form)].map(([name, value]) => [name, typeof value === 'string' ? value.trim() : '']),
    )
    const body = Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== ''))
    busy.value = true
    if (await act('add', body)) form.reset()
    busy.value = false
  }
  return (
    <form
      class="agents-add"
      onSubmit={(event) => {
        event.preventDefault()
        void add(event.currentTarget)
      }}
    >
      <label>
        <span>Agent or node</span>
        <input name="id" required maxLength={200} autocapitalize="none" spellcheck={false} placeholder="validator-1" />
      </label>
      <label>
        <span>
          Network <small>id; empty: any</small>
        </span>
        <input name="network" maxLength={200} spellcheck={false} placeholder="any" size={12} />
      </label>
      <label>
        <span>Note</span>
        <input name="note" maxLength={200} placeholder="whose it is" />
      </label>
      <button type="submit" class="chip is-main" disabled={busy.value}>
        Add, with a token
      </button>
    </form>
  )
}

/** A token is shown once: the server keeps only its hash. */
function TokenOnce({ given, close }: { readonly given: AgentWithToken; readonly close: () => void }) {
  const section = useRef<HTMLElement>(null)
  useEffect(() => section.current?.focus(), [given])
  const { agent, token } = given
  if (token === null) return null
  const { socket, host } = serverAddress()
  return (
    <section class="token-once" ref={section} tabIndex={-1} aria-labelledby="token-title">
      <header>
        <h2 id="token-title">The token of {agent.id}</h2>
        <p class="is-warn">It is shown now and never again. Anyone who has it can log in as this agent.</p>
      </header>
      <Command text={token} label="the token" />
      <h3>A netstats agent, in agent.yaml</h3>
      <Command
        label="the lines of agent.yaml"
        text={[
          'sinks:',
          '  - type: netstats',
          `    endpoint: ${socket}`,
          `    agent: ${JSON.stringify(agent.id)}`,
          '    token: { file: /etc/netstats/token }',
        ].join('\n')}
      />
      <h3>geth, and every client with its own reporter</h3>
      <Command label="the line for geth" text={`geth --ethstats ${shellWord(`${agent.id}:${token}@${host}`)}`} />
      <button type="button" class="chip" onClick={close}>
        I have it
      </button>
    </section>
  )
}

/** As a shell reads it as one word. */
export const shellWord = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`
