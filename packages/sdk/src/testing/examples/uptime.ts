import { defineSource } from '@netstats/sdk'
import type { Observation } from '@netstats/sdk'
import { duration, z } from '@netstats/sdk/config'

export const uptime = defineSource({
  type: 'uptime',
  summary: 'Says at an interval for how long this machine has been up.',
  config: z.strictObject({
    interval: duration({ min: '1s', max: '1h' }).prefault('15s').describe('Time between two looks.'),
  }),
  async open({ node, interval }, { clock, status }) {
    const disposed = new AbortController()
    return {
      node,
      async *observe({ signal }): AsyncGenerator<Observation> {
        for await (const _ of clock.every(interval, { signal: AbortSignal.any([signal, disposed.signal]) })) {
          status.ok()
          const body = { uptimeSeconds: Math.round(process.uptime()) }
          yield { kind: 'host', node, observedAt: clock.now(), body }
        }
      },
      async [Symbol.asyncDispose]() {
        disposed.abort()
      },
    }
  },
})
