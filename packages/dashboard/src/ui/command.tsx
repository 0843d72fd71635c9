import { useSignal } from '@preact/signals'
import { serverAddress } from '../root.ts'

/** A command for a terminal, ready to copy. */
export function Command({ text, label }: { readonly text: string; readonly label?: string }) {
  const copied = useSignal(false)
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(text)
      copied.value = true
    } catch {
      // Only secure pages may copy; the text can still be selected.
      copied.value = false
    }
  }
  return (
    <div class="command">
      <pre>
        <code>{text}</code>
      </pre>
      {window.isSecureContext && (
        <button type="button" class="chip" aria-label={label && `Copy ${label}`} onClick={() => void copy()}>
          {copied.value ? 'Copied' : 'Copy'}
        </button>
      )}
    </div>
  )
}

/** How to start an agent, safe to copy: the package called netstats on npm is another program, so no command here uses npx. */
export function AgentCommand() {
  return (
    <>
      <Command
        text={[
          'netstats agent --name my-node \\',
          '  --rpc http://127.0.0.1:8545 \\',
          `  --server ${serverAddress().socket} \\`,
          '  --secret-file secret',
        ].join('\n')}
      />
      <p class="faint">
        In a clone of Netstats the command is <code>node_modules/.bin/netstats</code>. Do not run{' '}
        <code>npx netstats</code> elsewhere: on npm that name is another program.
      </p>
    </>
  )
}
