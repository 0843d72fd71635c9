/** Options that sources share which listen, and the bounds that hold for all of them. */
import { isIP } from 'node:net'
import { filePath, listenAddress } from '@netstats/sdk/config'
import type { ListenAddress } from '@netstats/sdk/config'
import { z } from 'zod'

const network = z
  .string()
  .refine(isNetwork)
  .meta({ expected: 'an address or a network such as 10.0.0.0/8', examples: ['10.0.0.0/8'] })

function isNetwork(text: string): boolean {
  const [address = '', bits, ...more] = text.split('/')
  const family = isIP(address)
  if (family === 0 || more.length > 0) return false
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128))
}

/** The options of a listener, spread into the schema of its source; `address` is where it listens by default. */
export const listenOptions = (address: string) => ({
  listen: listenAddress()
    .prefault(address)
    .describe('Where it listens by UDP and TCP; senders need no login, so keep it off public networks.'),
  transports: z
    .array(z.enum(['udp', 'tcp']))
    .max(2)
    .default(['udp', 'tcp'])
    .describe('What it listens with on `listen`; none where a Unix socket or TLS is all there shall be.'),
  socket: filePath()
    .meta({ examples: ['/run/netstats/source.sock'] })
    .optional()
    .describe(
      'Unix socket it listens on too, as a stream: Node has no datagrams there. User and group may write to it.',
    ),
  allow: z
    .array(network)
    .min(1)
    .max(100)
    .optional()
    .describe(
      'Addresses and networks that may send (default: all that can reach it); those of others are counted and dropped.',
    ),
  connections: z
    .int()
    .min(1)
    .max(10_000)
    .default(500)
    .describe('Most connections at a time; one address (of IPv6 a /64) may have a fifth of them.'),
})

/** TLS for senders; spread into the schema of a source whose protocol knows it. */
export const tlsOptions = z.strictObject({
  listen: listenAddress().prefault('127.0.0.1:6514').describe('Where it listens by TLS.'),
  cert: filePath()
    .meta({ examples: ['/etc/netstats/fullchain.pem'] })
    .describe('Certificate and the ones between it and its root, PEM. Read again when it changes.'),
  key: filePath()
    .meta({ examples: ['/etc/netstats/privkey.pem'] })
    .describe('Private key of the certificate, PEM.'),
  ca: filePath()
    .meta({ examples: ['/etc/netstats/devices-ca.pem'] })
    .optional()
    .describe('Certificates that senders must be signed by, PEM; without it every sender is taken.'),
})

export interface ListenConfig {
  readonly listen: ListenAddress
  readonly transports: readonly ('udp' | 'tcp')[]
  readonly socket?: string | undefined
  readonly tls?: z.output<typeof tlsOptions> | undefined
  readonly allow?: readonly string[] | undefined
  readonly connections: number
}

/** Options of a listener that listens somewhere. */
export const listensSomewhere = <Schema extends z.ZodType<Pick<ListenConfig, 'transports' | 'socket' | 'tls'>>>(
  options: Schema,
): Schema =>
  options.superRefine(({ transports, socket, tls }, context) => {
    if (transports.length > 0 || socket !== undefined || tls !== undefined) return
    const fault = 'it listens nowhere; name udp or tcp, or give a `socket`'
    context.addIssue({ code: 'custom', path: ['transports'], message: fault, params: { fault } })
  })

const mebibyte = 1024 ** 2

/** What one sender may do, and all together. They bound work and memory; no well-behaved sender comes near. */
export const listenerBounds = {
  /** A longer line is cut, or given up where half of it would mean something else. */
  lineBytes: 65_536,
  /** A line that was begun must be complete within this. */
  lineMs: 30_000,
  handshakeMs: 10_000,
  /** Bytes by source address; a packet counts for at least `packetBytes`, however short it is. */
  rates: {
    all: { perSecond: 64 * mebibyte, burst: 64 * mebibyte },
    each: { perSecond: 16 * mebibyte, burst: 32 * mebibyte },
  },
  packetBytes: 64,
  /** Of a UDP socket; the kernel grants what its `rmem_max` allows. */
  receiveBufferBytes: 4 * mebibyte,
  /** Observations that wait for the disk; of one address half of them. */
  waiting: 20_000,
} as const
