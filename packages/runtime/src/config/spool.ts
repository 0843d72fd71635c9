import { duration, formatDuration, formatSize, size } from '@netstats/sdk/config'
import { z } from 'zod'
import { defaultMaxAgeMs, defaultMaxBytes, leastMaxBytes } from '../spool/sqlite/mod.ts'

/** How much the spool of a process may keep; the same in every configuration that has sinks. */
export const spoolConfig = () =>
  z
    .strictObject({
      maxBytes: size({ min: formatSize(leastMaxBytes), max: '1TiB' })
        .prefault(formatSize(defaultMaxBytes))
        .describe('Most disk it takes; beyond that the least important observations go first, and are counted.'),
      maxAge: duration({ min: '1m', max: '3650d' })
        .prefault(formatDuration(defaultMaxAgeMs))
        .describe('Older observations are forgotten even if no sink delivered them.'),
    })
    .prefault({})
    .describe('Keeps observations on disk until every sink has delivered them.')
