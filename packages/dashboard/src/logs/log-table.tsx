/** Lines of a log as rows, oldest first. */
import type { LogLine } from '@netstats/protocol/feed'
import { Fragment } from 'preact'
import { plural } from '../format/numbers.ts'
import { instant } from '../format/time.ts'
import { momentHref, writeMoment, writeRoute } from '../router/routes.ts'
import { memo } from '../ui/memo.ts'
import { severityTone, severityWord } from './filter.ts'
import '../styles/logs.css'

interface TableProps {
  readonly network: string
  readonly lines: readonly LogLine[]
  /** The moment of the past that is shown stands between its lines. */
  readonly at?: number | undefined
  /** False on the page of a node. */
  readonly withNode?: boolean
}

const three = (n: number): string => String(n).padStart(3, '0')
const momentOf = (at: number): string => `${instant(at)}.${three(Math.floor(at) % 1000)}`

/** Where the lines around a moment are. */
const aroundHref = (network: string, at: number): string =>
  `${writeRoute({ page: 'logs', network })}?at=${writeMoment(at)}`

export function LogTable({ network, lines, at, withNode = true }: TableProps) {
  const after = at === undefined ? -1 : lines.findIndex((line) => line.at > at)
  return (
    <table class="log-table">
      <thead class="visually-hidden">
        <tr>
          {['Time', 'Severity', ...(withNode ? ['Node'] : []), 'Source', 'Message'].map((title) => (
            <th key={title} scope="col">
              {title}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {lines.map((line, i) => (
          <Fragment key={line.id}>
            {i === after && <Moment at={at ?? 0} columns={withNode ? 5 : 4} />}
            {(line.omitted ?? 0) > 0 && <Omitted count={line.omitted ?? 0} columns={withNode ? 5 : 4} />}
            <LogRow network={network} line={line} withNode={withNode} />
          </Fragment>
        ))}
        {at !== undefined && after < 0 && lines.length > 0 && <Moment at={at} columns={withNode ? 5 : 4} />}
      </tbody>
    </table>
  )
}

const Moment = ({ at, columns }: { readonly at: number; readonly columns: number }) => (
  <tr class="log-moment" data-moment>
    <td colSpan={columns}>{instant(at)}, the moment that is shown</td>
  </tr>
)

const Omitted = ({ count, columns }: { readonly count: number; readonly columns: number }) => (
  <tr class="log-omitted">
    <td colSpan={columns}>
      {plural(count, 'line', 'lines')} left out: more came than are shown live. Older lines are in the history.
    </td>
  </tr>
)

interface RowProps {
  readonly network: string
  readonly line: LogLine
  readonly withNode: boolean
}

/** The time leads to the lines around it, the node to the node as it was then. */
const LogRow = memo(({ network, line, withNode }: RowProps) => {
  const { at, node, name, severity, source, component, message, fields, cut } = line
  return (
    <tr class={`log-row severity-${severityTone(severity)}`}>
      <td class="log-time">
        <a href={aroundHref(network, at)} title="The lines around it">
          {momentOf(at)}
        </a>
      </td>
      <td class="log-severity">{severityWord(severity)}</td>
      {withNode && <td class="log-node">{node !== null && <a href={momentHref(network, at, node)}>{name}</a>}</td>}
      <td class="log-source faint">
        {source}
        {component !== null && ` ${component}`}
      </td>
      <td class="log-message">
        {message}
        {cut === true && <span class="faint"> … (longer in the history)</span>}
        {fields !== null && (
          <span class="log-fields">
            {Object.entries(fields).map(([key, value]) => (
              <span key={key}>
                {' '}
                <span class="faint">{key}=</span>
                {value}
              </span>
            ))}
          </span>
        )}
      </td>
    </tr>
  )
})
