/** An agent with sources and sinks as a test chooses, which also writes every observation to a file that the test reads. */
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { netstats, temporaryFolder } from './processes.ts'
import type { Running } from './processes.ts'

export interface RecordedObservation {
  readonly kind: string
  readonly node: string
  readonly observedAt: number
  readonly body: Readonly<Record<string, unknown>>
}

export interface RecordingAgent extends Running {
  observed(): readonly RecordedObservation[]
}

export interface RecordingAgentOptions {
  readonly sources: readonly object[]
  readonly sinks?: readonly object[]
  /** Port of its own metrics. */
  readonly metrics?: number
  /** Kept after its end where it is given. */
  readonly folder?: string
}

const example = resolve(import.meta.dirname, '../../../plugins/example/src/mod.ts')

export const startRecordingAgent = ({
  sources,
  sinks = [],
  metrics,
  folder: kept,
}: RecordingAgentOptions): RecordingAgent => {
  const folder = kept ?? temporaryFolder('recording-agent')
  const config = join(folder, 'agent.yaml')
  const all = join(folder, 'all.jsonl')
  const settings = {
    plugins: [example],
    data: join(folder, 'data'),
    ...(metrics === undefined ? {} : { metrics: { listen: `127.0.0.1:${metrics}` } }),
    sources,
    sinks: [{ type: 'json-lines', file: all }, ...sinks],
  }
  // JSON is YAML.
  writeFileSync(config, JSON.stringify(settings))
  const running = netstats(['agent', '--config', config])
  return {
    ...running,
    observed: () =>
      (existsSync(all) ? readFileSync(all, 'utf8') : '')
        .split('\n')
        .slice(0, -1)
        .map((line) => JSON.parse(line) as RecordedObservation),
    async [Symbol.asyncDispose]() {
      await running[Symbol.asyncDispose]()
      if (kept === undefined) rmSync(folder, { recursive: true, force: true })
    },
  }
}
