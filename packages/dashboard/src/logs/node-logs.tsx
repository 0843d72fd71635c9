/** The last log lines of a node, or those before the moment of the past that is shown. */
import { useSignal } from '@preact/signals'
import { useMemo } from 'preact/hooks'
import { HistoryFault } from '../pages/message.tsx'
import { pastAt } from '../past/moment.ts'
import { queryOf } from '../rest/rest.ts'
import { writeMoment, writeRoute } from '../router/routes.ts'
import { LogTable } from './log-table.tsx'
import { useAround, useTail } from './use-logs.ts'
import '../styles/logs.css'

/** Lines that are shown. */
const most = 15

interface Props {
  readonly network: string
  readonly node: string
}

export function NodeLogs({ network, node }: Props) {
  const at = pastAt.value
  const filter = useMemo(() => ({ node }), [node])
  const href = `${writeRoute({ page: 'logs', network })}${queryOf({ at: at === undefined ? undefined : writeMoment(at), node })}`
  return (
    <section class="node-logs" aria-label="Its last log lines">
      <header class="section-head">
        <h2>{at === undefined ? 'Its last log lines' : 'Its log lines then'}</h2>
        <a class="chip" href={href}>
          All its logs
        </a>
      </header>
      {at === undefined ? (
        <Newest network={network} filter={filter} />
      ) : (
        <Around key={at} network={network} filter={filter} at={at} />
      )}
    </section>
  )
}

interface LinesProps {
  readonly network: string
  readonly filter: { readonly node: string }
}

function Newest({ network, filter }: LinesProps) {
  const paused = useSignal(false)
  const { lines, waiting, fault, older } = useTail(network, filter, paused, most)
  if (fault && lines.length === 0) return <HistoryFault fault={fault} retry={older} />
  if (lines.length === 0) return <None waiting={waiting} />
  return <LogTable network={network} lines={lines.slice(-most)} withNode={false} />
}

function Around({ network, filter, at }: LinesProps & { readonly at: number }) {
  const { lines, waiting, fault, older } = useAround(network, filter, at, most)
  if (fault) return <HistoryFault fault={fault} retry={older} />
  return lines.length === 0 ? (
    <None waiting={waiting} />
  ) : (
    <LogTable network={network} lines={lines} at={at} withNode={false} />
  )
}

const None = ({ waiting }: { readonly waiting: boolean }) => (
  <p class="quiet-note" role="status">
    {waiting ? (
      'Loading its log lines…'
    ) : (
      <>
        No source sends its logs yet. Its agent reads a file with <code>--log-file PATH</code>, and takes Syslog with{' '}
        <code>--syslog HOST:PORT</code>.
      </>
    )}
  </p>
)
