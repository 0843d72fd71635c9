import { useEffect, useRef } from 'preact/hooks'
import { Command } from '../ui/command.tsx'
import { shellWord } from './shell-word.ts'
import type { AgentWithToken } from './wire.ts'

/** A token is shown once: the server keeps nothing it could be read from. */
export function TokenOnce({ given, close }: { readonly given: AgentWithToken; readonly close: () => void }) {
  const section = useRef<HTMLElement>(null)
  useEffect(() => section.current?.focus(), [given])
  const { agent, token } = given
  if (token === null) return null
  const { host, protocol } = window.location
  const socket = `${protocol === 'https:' ? 'wss' : 'ws'}://${host}`
  return (
    <section class="token-once" ref={section} tabIndex={-1} aria-labelledby="token-title">
      <header>
        <h2 id="token-title">The token of {agent.id}</h2>
        <p class="is-warn">It is shown now and never again. Whoever has it is this agent.</p>
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
