import { duration, filePath, size } from '@netstats/sdk/config'
import { z } from 'zod'

export const fileConfig = z.strictObject({
  file: filePath()
    .meta({ examples: ['/var/log/netstats/observations.ndjson'] })
    .describe('File that lines are added to; its folder is made. A file takes the lines of one sink only.'),
  maxBytes: size({ min: '64KiB', max: '1TiB' })
    .prefault('100MiB')
    .describe('A file that has reached it is put aside under its name and the time, and a new one begun.'),
  maxAge: duration({ min: '1m', max: '366d' })
    .optional()
    .describe('A file that was begun so long ago is put aside as well, with the next line (default: never).'),
  keep: z
    .int()
    .min(0)
    .max(10_000)
    .default(10)
    .describe('Files put aside that are kept; the oldest beyond them are removed. 0 keeps none.'),
  compress: z.enum(['gzip', 'off']).default('gzip').describe('How files that were put aside are made smaller.'),
})
export type FileConfig = z.output<typeof fileConfig>
