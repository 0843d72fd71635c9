import { nodeId } from '@netstats/protocol'
import type { Observation } from '@netstats/protocol'
import { defineSource } from '@netstats/sdk'
import { z } from 'zod'

export const uptime = defineSource({
  type: 'uptime',
  summary: 'Says at an interval for how long this machine has been up.',
  config: z.strictObject({ node: z.string().describe('Name of the node it speaks for.') }),
  async open({ node }, { clock, status }) {
    const id = nodeId(node)
    const disposed = new AbortController()
    return {
      node: id,
      async *observe({ signal }): AsyncGenerator<Observation> {
        for await (const _ of clock.every(15_000, { signal: AbortSignal.any([signal, disposed.signal]) })) {
          status.ok()
          const body = { uptimeSeconds: Math.round(process.uptime()) }
          yield { kind: 'host', node: id, observedAt: clock.now(), body }
        }
      },
      async [Symbol.asyncDispose]() {
        disposed.abort()
      },
    }
  },
})
