/** Tables of the server's parts and of its processes. */
import { bytes, count, share, unknown } from '../format/numbers.ts'
import { duration, elapsed, instant } from '../format/time.ts'
import { cpuShareOf, type PartFacts, type ProcessFacts, type Samples, type ServerFacts } from './facts.ts'
import { Sign } from './trouble-list.tsx'
import { protocolWords } from './words.ts'

const signs = { ok: 'ok', starting: 'warn', degraded: 'warn', failed: 'bad', stopped: 'off' } as const
const order = { failed: 0, degraded: 1, starting: 2, stopped: 3, ok: 4 } as const

export function PartTable({ parts, now }: { readonly parts: readonly PartFacts[]; readonly now: number }) {
  return (
    <table class="server-table part-table">
      <thead class="visually-hidden">
        <tr>
          <th scope="col">Part</th>
          <th scope="col">State</th>
          <th scope="col">Since</th>
          <th scope="col">Reason</th>
        </tr>
      </thead>
      <tbody>
        {parts
          .toSorted((a, b) => order[a.state] - order[b.state])
          .map(({ id, state, reason, since }) => (
            <tr key={id} class={`is-${signs[state]}`}>
              <td>
                <span class="part-name">
                  <Sign weight={signs[state]} />
                  {id}
                </span>
              </td>
              <td class={state === 'ok' ? 'faint' : undefined}>{state}</td>
              <td class="faint">
                <time title={instant(since)}>for {elapsed(now - since)}</time>
              </td>
              <td>{reason}</td>
            </tr>
          ))}
      </tbody>
    </table>
  )
}

export function ProcessTable({ facts, samples }: { readonly facts: ServerFacts; readonly samples: Samples }) {
  const { at, processes } = facts
  const cpu = (one: ProcessFacts): string => share(cpuShareOf(samples, one))
  return (
    <table class="server-table process-table">
      <thead>
        <tr>
          <th scope="col">Process</th>
          <th scope="col" class="num">
            Pid
          </th>
          <th scope="col" class="num">
            Up
          </th>
          <th scope="col" class="num">
            Of a core
          </th>
          <th scope="col" class="num">
            Memory
          </th>
          <th scope="col" class="num">
            Held up, p99
          </th>
          <th scope="col" class="num">
            Connections
          </th>
          <th scope="col">Open files</th>
        </tr>
      </thead>
      <tbody>
        {processes.map((one) => (
          <tr key={`${one.name} ${one.pid}`}>
            <td class="process-name">{one.name}</td>
            <td class="num" data-label="pid">
              {one.pid}
            </td>
            <td class="num" data-label="up">
              <time title={instant(one.startedAt)}>{elapsed(at - one.startedAt)}</time>
            </td>
            <td class="num" data-label="of a core">
              {cpu(one)}
            </td>
            <td class="num" data-label="memory">
              {bytes(one.rssBytes)}
            </td>
            <td class="num" data-label="held up, p99">
              {duration(one.loop.p99Ms)}
            </td>
            <td class="num" data-label="connections" title={connectionWords(one)}>
              {count(Object.values(one.work.connections).reduce((sum, n) => sum + n, 0))}
            </td>
            <td data-label="open files">
              <Files {...one} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

const connectionWords = ({ work }: ProcessFacts): string =>
  Object.entries(work.connections)
    .filter(([, open]) => open > 0)
    .map(([protocol, open]) => `${count(open)} ${protocolWords(protocol)}`)
    .join(', ')

function Files({ openFiles, openFilesLimit }: ProcessFacts) {
  if (openFiles === null) return <>{unknown}</>
  if (openFilesLimit === null) return <>{count(openFiles)}</>
  const used = openFiles / openFilesLimit
  return (
    <span class="files">
      <span class={used >= 0.8 ? 'meter is-tight' : 'meter'} aria-hidden="true">
        <i style={{ transform: `scaleX(${Math.min(1, used).toFixed(3)})` }} />
      </span>
      {count(openFiles)} <span class="faint">of {count(openFilesLimit)}</span>
    </span>
  )
}
