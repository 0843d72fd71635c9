import type { FlagValue } from '@netstats/sdk/config'
import type { LogFlags } from './program.ts'

/** Where the flags of the log belong in every configuration. */
export const logFlags = ({ logLevel, logFormat }: LogFlags): readonly FlagValue[] => [
  ...(logLevel === undefined ? [] : [{ name: '--log-level', path: ['log', 'level'], value: logLevel }]),
  ...(logFormat === undefined ? [] : [{ name: '--log-format', path: ['log', 'format'], value: logFormat }]),
]
