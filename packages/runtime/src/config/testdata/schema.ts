import { z } from 'zod'
import { duration, endpointUrl, listenAddress, secret, size } from '@netstats/sdk/config'

/** A schema with every building block, for the corpus and the generators. */
export const testSchema = z
  .strictObject({
    name: z.string().min(1).default('this machine').describe('What the agent is called.'),
    listen: listenAddress().prefault('127.0.0.1:3000').describe('Where it can be asked how it is.'),
    every: duration({ min: '100ms', max: '1h' }).prefault('5s').describe('How often it looks.'),
    deep: z.boolean().default(false).describe('Whether it looks twice.'),
    spool: z
      .strictObject({
        maxBytes: size({ min: '1MiB' }).prefault('64MiB').describe('What the spool may take of the disk.'),
      })
      .prefault({})
      .describe('Where observations wait.'),
    nodes: z
      .array(
        z.strictObject({
          name: z.string().optional().describe('Its name on the network.'),
          rpc: endpointUrl(['http', 'https', 'ws', 'wss', 'ipc']).describe('Where it answers.'),
          tags: z.array(z.string()).default([]).describe('Words to find it by.'),
        }),
      )
      .min(1)
      .describe('The nodes to watch.'),
    sinks: z
      .array(
        z.discriminatedUnion('type', [
          z
            .strictObject({
              type: z.literal('ethstats'),
              url: endpointUrl(['ws', 'wss']).describe('Address of the server.'),
              secret: secret().optional().describe('What the server wants to hear.'),
            })
            .describe('An ethstats server.'),
          z
            .strictObject({
              type: z.literal('syslog'),
              host: z.string().meta({ examples: ['logs.example.org'] }).describe('Where it listens.'),
            })
            .describe('A log server.'),
        ]),
      )
      .default([])
      .describe('Where observations go.'),
    proxy: z
      .union([
        endpointUrl(['http']),
        z.strictObject({ url: endpointUrl(['http']).describe('Address.'), secret: secret().describe('Password.') }),
      ])
      .optional()
      .describe('What stands between.'),
    level: z.enum(['error', 'info', 'debug']).default('info').describe('How much is logged.'),
    attempts: z.int().min(1).max(100).default(3).describe('How often it tries.'),
  })
  .superRefine((config, context) => {
    const names = config.nodes.map((node) => node.name)
    for (const [i, name] of names.entries()) {
      if (name !== undefined && names.indexOf(name) < i) {
        context.addIssue({ code: 'custom', path: ['nodes', i, 'name'], message: `"${name}" names another node already` })
      }
    }
  })
