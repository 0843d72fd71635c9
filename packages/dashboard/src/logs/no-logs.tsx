/** What stands where there are no lines: which source brings them. */
import type { LogFilter, LogLine } from '@netstats/protocol/feed'
import { Message } from '../pages/message.tsx'
import { setQueries } from '../router/location.ts'
import { Command } from '../ui/command.tsx'
import { isFiltered } from './filter.ts'

/** Sources of lines that the server writes itself. */
const own: readonly string[] = ['netstats', 'head-event']

function Sources() {
  return (
    <>
      <p>An agent beside the node brings them: from a file, or from what sends Syslog to it.</p>
      <Command text="netstats agent … --log-file /var/log/geth.log" label="the option for a file" />
      <Command text="netstats agent … --syslog 127.0.0.1:5514" label="the option for Syslog" />
    </>
  )
}

export function NoLogs({ filter }: { readonly filter: LogFilter }) {
  if (!isFiltered(filter)) {
    return (
      <Message title="No source sends logs yet">
        <Sources />
      </Message>
    )
  }
  return (
    <p class="quiet-note" role="status">
      No lines of the last day match.{' '}
      <button
        type="button"
        class="chip"
        onClick={() => setQueries({ text: null, severity: null, node: null, source: null, component: null })}
      >
        Show all
      </button>
    </p>
  )
}

/** Where the server's own lines are all there are. */
export function OnlyOwnLogs({ lines }: { readonly lines: readonly LogLine[] }) {
  if (lines.some(({ source }) => !own.includes(source))) return null
  return (
    <details class="logs-note">
      <summary>These are the server's own lines. No source sends logs yet.</summary>
      <Sources />
    </details>
  )
}
