import { z } from 'zod'

export const logLevels = ['debug', 'info', 'warn', 'error', 'silent'] as const
export type LogLevel = (typeof logLevels)[number]
export const logFormats = ['auto', 'json', 'readable'] as const
export type LogFormat = (typeof logFormats)[number]

/** How a program logs; the same in every configuration. */
export const logConfig = () =>
  z
    .strictObject({
      level: z.enum(logLevels).default('info').describe('Least important entries that are logged.'),
      format: z
        .enum(logFormats)
        .default('auto')
        .describe('Form on standard error; auto is readable on a terminal and json elsewhere.'),
    })
    .prefault({})
    .describe('What is written to standard error.')
