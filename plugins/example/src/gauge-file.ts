import { readFile } from 'node:fs/promises'
import { defineSource, reasonOf } from '@netstats/sdk'
import type { Observation } from '@netstats/sdk'
import { duration, filePath, z } from '@netstats/sdk/config'

/** The number that some other program writes into a file, as a metric of a node. */
export const gaugeFile = defineSource({
  type: 'gauge-file',
  summary: 'Reports the number in a file as a metric',
  config: z.strictObject({
    file: filePath()
      .meta({ examples: ['/run/pump/level'] })
      .describe('File with one number in it; relative paths are beside the configuration.'),
    metric: z.string().min(1).max(200).default('gauge').describe('Name of the metric.'),
    network: z
      .string()
      .min(1)
      .max(78)
      .meta({ examples: ['"1337"'] })
      .describe('Id of the network that the node belongs to.'),
    interval: duration({ min: '100ms', max: '1h' }).prefault('10s').describe('Time between two looks at the file.'),
  }),
  async open({ node, file, metric, network, interval }, { clock, status }) {
    const disposed = new AbortController()
    return {
      node,
      async *observe({ signal }): AsyncGenerator<Observation> {
        const until = AbortSignal.any([signal, disposed.signal])
        if (until.aborted) return
        yield { kind: 'node-info', node, observedAt: clock.now(), body: { name: node, networkId: network } }
        for await (const _ of clock.every(interval, { signal: until })) {
          const value = await readNumber(file).catch((error: unknown) => {
            status.degraded(reasonOf(error))
            return undefined
          })
          if (value === undefined) continue
          status.ok()
          yield { kind: 'metric', node, observedAt: clock.now(), body: { name: metric, value } }
        }
      },
      async [Symbol.asyncDispose]() {
        disposed.abort()
      },
    }
  },
})

const readNumber = async (file: string): Promise<number> => {
  const text = (await readFile(file, 'utf8')).trim()
  const value = Number(text)
  if (text === '' || !Number.isFinite(value)) throw new Error(`${file} holds no number`)
  return value
}
