/** Flags that open ways in beside the nodes: each is a source of the configuration. */
import type { FlagValue } from '@netstats/runtime/config'
import type { AgentFlags } from './io.ts'

export interface InputGiven {
  /** The flag, or the variable in its place. */
  readonly name: string
  /** Options of the source, with its type. */
  readonly source: Readonly<Record<string, unknown>>
}

export const inputsOf = (
  flags: AgentFlags,
  env: Readonly<Record<string, string | undefined>>,
): readonly InputGiven[] => {
  const { logFile = [] } = flags
  const logs = logFile.length === 0 ? [] : [{ name: '--log-file', source: { type: 'log-file', paths: logFile } }]
  const listeners = (['statsd', 'syslog'] as const).flatMap((type) => {
    const variable = `NETSTATS_${type.toUpperCase()}`
    const listen = flags[type] ?? env[variable]
    const name = flags[type] === undefined ? variable : `--${type}`
    return listen === undefined ? [] : [{ name, source: { type, listen } }]
  })
  return [...logs, ...listeners]
}

/** They come behind the sources of a file, or those that other flags make. */
export const inputValues = (inputs: readonly InputGiven[], before: number): readonly FlagValue[] =>
  inputs.flatMap(({ name, source }, i) => {
    const { type, ...options } = source
    return [
      { name, path: ['sources', before + i], value: { type } },
      ...Object.entries(options).map(([key, value]) => ({ name, path: ['sources', before + i, key], value })),
    ]
  })
