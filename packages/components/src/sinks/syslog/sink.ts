import { readFile } from 'node:fs/promises'
import type { Sink, SinkContext } from '@netstats/sdk'
import { reasonOf } from '@netstats/sdk'
import { createDatagrams } from '../shared/datagrams.ts'
import { createStream } from '../shared/stream.ts'
import { readTls } from '../shared/tls.ts'
import { facilities } from './config.ts'
import type { SyslogConfig } from './config.ts'
import { createRenderer, frame } from './render.ts'

export const openSyslogSink = async (config: SyslogConfig, context: SinkContext): Promise<Sink> => {
  const { endpoint, transport, framing, certFile, keyFile } = config
  const facility = facilities.indexOf(config.facility)
  const render = createRenderer({ ...config, facility }, context)
  const tls =
    transport === 'tls'
      ? {
          ...(await readTls(config.tls)),
          cert: certFile && (await readFile(certFile, 'utf8')),
          key: keyFile && (await readFile(keyFile, 'utf8')),
        }
      : undefined
  const datagrams = transport === 'udp' ? createDatagrams(endpoint, context.clock) : undefined
  const stream = transport === 'udp' ? undefined : createStream({ endpoint, tls })

  return {
    async deliver(batch, { signal }) {
      const messages = batch.items.map((item) => render(batch, item))
      try {
        await datagrams?.send(
          messages.map(({ bytes }) => bytes),
          { signal },
        )
        await stream?.write(Buffer.concat(messages.map((one) => frame(one, framing))), { signal })
      } catch (error) {
        return { status: 'retry', reason: reasonOf(error) }
      }
      const cut = messages.filter(({ isCut }) => isCut).length
      if (cut > 0) context.count('cut', {}, cut)
      return { status: 'delivered' }
    },
    [Symbol.asyncDispose]: async () => {
      await stream?.[Symbol.asyncDispose]()
      await datagrams?.[Symbol.asyncDispose]()
    },
  }
}
