import { duration } from '@netstats/sdk/config'
import type { OneNode } from '@netstats/sdk'
import { z } from 'zod'

export const hostConfig = z.strictObject({
  interval: duration({ min: '1s', max: '1h' })
    .prefault('10s')
    .describe('Time between two samples; rates are averages over it.'),
  disks: z
    .array(z.string().min(1).max(1000))
    .max(20)
    .default(['/'])
    .describe('Paths whose file systems are watched; the one with the least share free is reported.'),
  process: z
    .strictObject({
      pid: z.number().int().positive().optional().describe('Process id of the node.'),
      pidFile: z.string().optional().describe('File that holds the process id of the node.'),
      name: z
        .string()
        .min(1)
        .max(200)
        .optional()
        .describe('Name of the node program, such as geth; the oldest counts.'),
      port: z
        .number()
        .int()
        .min(1)
        .max(65_535)
        .optional()
        .describe('TCP port the node listens on, such as that of its RPC; finding its owner may need root.'),
    })
    .optional()
    .describe('How to find the process of the node; without it, and where none is found, its values are absent.'),
})
export type HostConfig = z.output<typeof hostConfig> & OneNode
