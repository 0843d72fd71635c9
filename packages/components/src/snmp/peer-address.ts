import { scalar, tryListenAddress } from '@netstats/sdk/config'
import type { Scalar } from '@netstats/sdk/config'

/** Where a peer listens for datagrams. */
export interface PeerAddress {
  readonly host: string
  readonly port: number
  /** As it was written. */
  readonly text: string
}

/** `ups.example.org`, `192.0.2.7:1161`, `[2001:db8::7]`; undefined for anything else. */
export const tryPeerAddress = (text: string, port: number): PeerAddress | undefined => {
  const address = tryListenAddress(text) ?? tryListenAddress(`${text}:${port}`)
  return address === undefined || address.host === '::' || address.port === 0 ? undefined : { ...address, text }
}

export const peerAddress = (port: number): Scalar<PeerAddress> => {
  const expected = `a host, with a port where it is not ${port}: ups.example.org, 192.0.2.7:${port + 1000} or "[2001:db8::7]"`
  return scalar({
    kind: 'address',
    expected,
    examples: ['ups.example.org', `192.0.2.7:${port}`],
    read: (value) => {
      const address = typeof value === 'string' ? tryPeerAddress(value, port) : undefined
      return address === undefined ? { expected } : { value: address }
    },
  })
}
