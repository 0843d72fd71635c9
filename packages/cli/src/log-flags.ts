import type { FlagValue } from '@netstats/runtime/config'
import type { LogFlags } from './io.ts'

/** Where the flags of the log belong in every configuration. */
export const logFlags = ({ logLevel, logFormat }: LogFlags): readonly FlagValue[] => [
  ...(logLevel === undefined ? [] : [{ name: '--log-level', path: ['log', 'level'], value: logLevel }]),
  ...(logFormat === undefined ? [] : [{ name: '--log-format', path: ['log', 'format'], value: logFormat }]),
]
