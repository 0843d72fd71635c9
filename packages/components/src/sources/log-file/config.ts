import { duration, filePath } from '@netstats/sdk/config'
import { severityNames } from '@netstats/sdk'
import type { OneNode } from '@netstats/sdk'
import { z } from 'zod'

export const logFileConfig = z.strictObject({
  paths: z
    .array(filePath())
    .min(1)
    .max(50)
    .meta({ examples: ['[/var/log/geth/geth.log*]'] })
    .describe(
      'Files to follow; `*`, `?`, `[…]` and `{…}` stand for parts of names. Name rotated files too (`geth.log*`), so that none is missed that came and went while the agent was away; compressed ones (.gz, .zst, .xz, .bz2) are left out.',
    ),
  from: z
    .enum(['end', 'start'])
    .default('end')
    .describe(
      'Where files begin that are there when a pattern is followed for the first time: at their end, or at their start. Later ones begin at their start.',
    ),
  program: z
    .string()
    .min(1)
    .max(100)
    .optional()
    .describe('Program that writes the lines, as it is shown with them; the name of the file where it is not given.'),
  severity: z
    .enum(severityNames)
    .default('debug')
    .describe('Least severe lines that are kept. What the others tell of blocks and peers is reported all the same.'),
  utc: z.boolean().default(false).describe('Times without a zone are UTC; else they are of the zone of this machine.'),
  interval: duration({ min: '100ms', max: '1m' })
    .prefault('1s')
    .describe('Time between two looks at the files, and how long an entry waits for more lines of its stack trace.'),
})
export type LogFileConfig = z.output<typeof logFileConfig> & OneNode
