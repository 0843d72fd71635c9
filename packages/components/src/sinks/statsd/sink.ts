import type { Sink, SinkContext } from '@netstats/sdk'
import { reasonOf } from '@netstats/sdk'
import { createDatagrams } from '../shared/datagrams.ts'
import { createStream } from '../shared/stream.ts'
import type { StatsdConfig } from './config.ts'
import { pack } from './pack.ts'
import { createRenderer } from './render.ts'

export const openStatsdSink = (config: StatsdConfig, context: SinkContext): Promise<Sink> => {
  const { endpoint, transport, dialect, maxPacketBytes } = config
  const prefix = config.prefix ?? (dialect === 'plain' ? 'netstats.{{network}}.{{node}}.' : 'netstats.')
  const render = createRenderer({ dialect, prefix }, context)
  const datagrams = transport === 'udp' ? createDatagrams(endpoint, context.clock) : undefined
  const stream = transport === 'tcp' ? createStream({ endpoint }) : undefined

  return Promise.resolve({
    async deliver({ items }, { signal }) {
      const lines = items.flatMap((item) => render(item))
      try {
        if (stream !== undefined) {
          if (lines.length > 0) await stream.write(Buffer.from(`${lines.join('\n')}\n`), { signal })
          return { status: 'delivered' }
        }
        const packed = pack(lines, maxPacketBytes)
        await datagrams?.send(packed.datagrams, { signal })
        if (packed.tooLong === 0) return { status: 'delivered' }
        const reason = `longer than a datagram may be (maxPacketBytes: ${maxPacketBytes})`
        return { status: 'delivered', refused: { observations: packed.tooLong, reason } }
      } catch (error) {
        return { status: 'retry', reason: reasonOf(error) }
      }
    },
    [Symbol.asyncDispose]: async () => {
      await stream?.[Symbol.asyncDispose]()
      await datagrams?.[Symbol.asyncDispose]()
    },
  })
}
