import { isIP } from 'node:net'
import { scalar } from './scalar.ts'
import type { Scalar } from './scalar.ts'

/** Where a server accepts connections. `host` `::` means every address of the machine; port 0 lets the system choose. */
export interface ListenAddress {
  readonly host: string
  readonly port: number
}

const expected = 'an address to listen on, such as 127.0.0.1:3000, "[::1]:3000" or :3000 for every address'

/** Reads `127.0.0.1:3000`, `localhost:3000`, `[::]:3000`, `:3000`; undefined for anything else. */
export const tryListenAddress = (text: string): ListenAddress | undefined => {
  const [, v6, name, digits = ''] = /^(?:\[([0-9a-fA-F:.%]+)\]|([^:[\]\s/]*)):(\d{1,5})$/.exec(text) ?? []
  const port = Number(digits)
  if (digits === '' || port > 65_535) return undefined
  if (v6 !== undefined) return isIP(v6) === 6 ? { host: v6, port } : undefined
  if (name === undefined || name === '' || name === '*') return { host: '::', port }
  // Four numbers with dots that are no IPv4 address are a typing error, not a host name.
  if (/^[\d.]+$/.test(name) && isIP(name) !== 4) return undefined
  return name.length <= 253 && /^[\w.-]+$/.test(name) ? { host: name, port } : undefined
}

/** The inverse of `tryListenAddress`, as it stands in a URL. */
export const formatListenAddress = ({ host, port }: ListenAddress): string =>
  host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`

export const listenAddress = (): Scalar<ListenAddress> =>
  scalar({
    kind: 'address',
    expected,
    examples: ['127.0.0.1:3000', ':3000', '"[::1]:3000"'],
    read: (value) => {
      const address = typeof value === 'string' ? tryListenAddress(value) : undefined
      return address === undefined ? { expected } : { value: address }
    },
  })
