import type { Observation } from '@netstats/protocol'
import type { Source, SourceContext } from '@netstats/sdk'
import { createObservationQueue, observeListener, openListener } from '../shared/listener/mod.ts'
import type { Listener } from '../shared/listener/mod.ts'
import type { SyslogConfig } from './config.ts'
import { parseMessage } from './message.ts'
import { messageLength, toLog } from './to-log.ts'

/** Short for those who watch, long enough for a hundred lines of a sender that has much to say. */
const lingerMs = 20

export interface SyslogSource extends Source, Pick<Listener, 'addresses'> {}

export const openSyslogSource = async (config: SyslogConfig, context: SourceContext): Promise<SyslogSource> => {
  const { clock } = context
  const { node } = config
  const queue = createObservationQueue({ clock, lingerMs, onRoom: () => listener.resume() })
  const disposed = new AbortController()

  const listener = await openListener({
    config,
    context,
    octetCounting: true,
    hasRoom: ({ origin }) => queue.hasRoom(origin),
    onFrame(bytes, { origin, address }, isCut) {
      const now = clock.now()
      const message = parseMessage(bytes, now)
      if (typeof message === 'string') return listener.faults.malformed(message, bytes, address)
      lines[message.form].n++
      if (isCut || message.message.length > messageLength) cut.n++
      queue.offer(origin, toLog(message, node, address, now))
    },
  })
  const lineOf = (form: string) => listener.tallies.of('lines', { form })
  const lines = { rfc5424: lineOf('rfc5424'), rfc3164: lineOf('rfc3164'), plain: lineOf('plain') }
  const cut = listener.tallies.of('lines_cut')

  return {
    node,
    addresses: listener.addresses,
    observe({ signal }): AsyncGenerator<readonly Observation[]> {
      context.status.ok()
      return observeListener({ listener, queue, disposed: disposed.signal, signal })
    },
    async [Symbol.asyncDispose]() {
      disposed.abort()
      await listener[Symbol.asyncDispose]()
    },
  }
}
