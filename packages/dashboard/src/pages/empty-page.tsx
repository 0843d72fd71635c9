import { Command } from '../ui/command.tsx'
import { useTitle } from './use-title.ts'

const places = (): { readonly socket: string; readonly host: string } => {
  const { protocol, host } = window.location
  return { socket: `${protocol === 'https:' ? 'wss' : 'ws'}://${host}`, host }
}

/** No node has connected yet: how to connect one, ready to copy. */
export function EmptyPage() {
  useTitle('Waiting for the first node')
  const { socket, host } = places()
  return (
    <section class="empty">
      <svg class="empty-drawing" viewBox="0 0 600 60" aria-hidden="true">
        <path d="M0 50H600" />
        {Array.from({ length: 30 }, (_, i) => (
          <path key={i} class="empty-tick" d={`M${i * 20 + 10} 44V50`} />
        ))}
        <path class="empty-next" d="M590 12V50" />
      </svg>
      <h1>Waiting for the first node</h1>
      <p class="lead">
        This server listens. A network appears here when its first node logs in, without a reload. <code>SECRET</code>{' '}
        is the one the server was started with, the file <code>secret</code> holds it; agents with a token of their own
        come from the page <a href="/agents">agents</a>.
      </p>
      <h2>A netstats agent beside any Ethereum client</h2>
      <Command
        text={[
          'npx netstats agent --name my-node \\',
          '  --rpc http://127.0.0.1:8545 \\',
          `  --server ${socket} \\`,
          '  --secret-file secret',
        ].join('\n')}
      />
      <h2>geth, by its own reporter</h2>
      <Command text={`geth --ethstats my-node:SECRET@${host}`} />
      <h2>Besu</h2>
      <Command text={`besu --ethstats=my-node:SECRET@${host} \\\n  --ethstats-contact=me@example.org`} />
      <h2>Nothing shows up?</h2>
      <ul class="plain">
        <li>A node with a wrong secret is refused and logged by the server, with the name it gave and the reason.</li>
        <li>A node that still syncs is shown from its login on, before its first block.</li>
        <li>
          Who was refused, and how the server itself is: <a href="/server">server</a>.
        </li>
      </ul>
    </section>
  )
}
