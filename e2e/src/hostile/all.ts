/** Every hostile case that a test has time for, and how results are shown. */
import { agentListenerCases } from './cases-agent-listeners.ts'
import { floodCases } from './cases-floods.ts'
import { frameCases } from './cases-frames.ts'
import { handshakeCases } from './cases-handshakes.ts'
import { httpCases } from './cases-http.ts'
import { identityCases } from './cases-identity.ts'
import { nameCases } from './cases-names.ts'
import { readerCases } from './cases-readers.ts'
import { socketCases } from './cases-sockets.ts'
import type { CaseResult, HostileCase } from './harness.ts'

export const shortCases: readonly HostileCase[] = [
  ...frameCases,
  ...nameCases,
  ...identityCases,
  ...socketCases,
  ...floodCases,
  ...readerCases,
  ...httpCases,
  ...handshakeCases,
  ...agentListenerCases,
]

const columns = ['case', 'sent', 'counted as', 'rss MB', 'pong ms p50/max', 's'] as const

/** A table in Markdown, a row a case. */
export const tableOf = (results: readonly CaseResult[]): string => {
  const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
  const lines = results.map(({ name, sent, counted, rssMb, pong50, pongMax, tookMs }) =>
    row([name, sent, counted, String(rssMb), `${pong50.toFixed(1)}/${pongMax.toFixed(0)}`, (tookMs / 1000).toFixed(1)]),
  )
  return [row(columns), row(columns.map(() => '---')), ...lines].join('\n')
}
