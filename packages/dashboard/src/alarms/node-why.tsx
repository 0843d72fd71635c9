/** Why a node is as it is: the reason of its inactivity, its alarms, and the last error of its log. */
import { type AlarmRecord, type LogLine, type NodeRow, writeSegment } from '@netstats/protocol/feed'
import { useSignal } from '@preact/signals'
import { instant } from '../format/time.ts'
import { severityWord } from '../logs/filter.ts'
import { pastAt } from '../past/moment.ts'
import { queryOf } from '../rest/rest.ts'
import { useAnswer } from '../rest/use-answer.ts'
import { writeMoment, writeRoute } from '../router/routes.ts'
import { mayAct, session } from '../session/session.tsx'
import type { Form } from './alarm-details.tsx'
import { AlarmRow } from './alarm-row.tsx'
import { alarmsHref } from './links.ts'
import { useOpenAlarms } from './use-open-alarms.ts'
import '../styles/alarms.css'

interface Props {
  readonly network: string
  readonly row: NodeRow
}

export function NodeWhy({ network, row }: Props) {
  return (
    <>
      {row.state === 'inactive' && <Inactive network={network} row={row} />}
      <NodeAlarms network={network} node={row.id} />
    </>
  )
}

/** As the history has it; packages/server/src/history says the same in its events. */
const reasons: Readonly<Record<string, string>> = {
  disconnected: 'its connection ended',
  silent: 'nothing was heard of it',
  reported: 'its agent cannot reach it',
}

/** Whether what went wrong before belongs to it: lines of this long before it became inactive. */
const beforeMs = 10 * 60_000

function Inactive({ network, row: { id, stateSince } }: Props) {
  const place = `/networks/${writeSegment(network)}`
  const at = pastAt.value
  const to = at === undefined ? undefined : Math.floor(at) + 1
  const states = useAnswer<{ readonly states: readonly { readonly state: string; readonly reason: string | null }[] }>(
    `${place}/history/states${queryOf({ node: id, limit: 1, to })}`,
    stateSince,
  )
  const from = stateSince === null ? undefined : Math.max(0, Math.floor(stateSince) - beforeMs)
  const lines = useAnswer<{ readonly logs: readonly Omit<LogLine, 'id'>[] }>(
    `${place}/logs${queryOf({ node: id, severity: 3, limit: 1, from, to })}`,
    stateSince,
  )
  const last = states.data?.states[0]
  const reason = last?.state === 'inactive' && last.reason !== null ? reasons[last.reason] : undefined
  const error = lines.data?.logs[0]
  if (reason === undefined && error === undefined) return null
  return (
    <section class="node-why" aria-label="Why it is inactive">
      {reason !== undefined && (
        <p>
          <b>It is inactive because {reason}.</b>
        </p>
      )}
      {error !== undefined && (
        <p>
          Last error of its log:{' '}
          <a
            href={`${writeRoute({ page: 'logs', network })}${queryOf({ at: writeMoment(error.at), node: id })}`}
            title="The lines around it"
          >
            {instant(error.at)}
          </a>{' '}
          {severityWord(error.severity)} <span class="faint">{error.source}</span> {error.message}
        </p>
      )}
    </section>
  )
}

/** More are on the page of alarms. */
const shownAtMost = 20
/** Of the past: so many are looked through. */
const readAtMost = 100

const wasOpen = ({ startsAt, endsAt }: AlarmRecord, at: number): boolean =>
  startsAt <= at && (endsAt === null || endsAt > at)

function NodeAlarms({ network, node }: { readonly network: string; readonly node: string }) {
  const at = pastAt.value
  const version = useOpenAlarms().value.data
  const query =
    at === undefined ? { open: 'true', network, node, limit: shownAtMost } : { network, node, limit: readAtMost }
  const { data } = useAnswer<{ readonly alarms: readonly AlarmRecord[] }>(`/alarms${queryOf(query)}`, version)
  const opened = useSignal<string | undefined>(undefined)
  const form = useSignal<Form | undefined>(undefined)
  const may = at === undefined && mayAct(session.value?.role, 'operator')
  const alarms = (data?.alarms ?? []).filter((alarm) => at === undefined || wasOpen(alarm, at)).slice(0, shownAtMost)
  if (alarms.length === 0) return null
  return (
    <section class="alarms node-alarms" aria-label="Its alarms">
      <header class="section-head">
        <h2>{at === undefined ? 'Its open alarms' : 'Its alarms then'}</h2>
        <a class="chip" href={alarmsHref(network, { view: 'history', node })}>
          Those that are over
        </a>
      </header>
      <ul class="alarm-list">
        {alarms.map((alarm) => (
          <AlarmRow
            key={alarm.id}
            alarm={alarm}
            withNetwork={false}
            opened={alarm.id === opened.value}
            form={form.value}
            mayAct={may}
            onToggle={() => {
              form.value = undefined
              opened.value = alarm.id === opened.value ? undefined : alarm.id
            }}
            onForm={(wanted) => (form.value = wanted)}
          />
        ))}
      </ul>
    </section>
  )
}
