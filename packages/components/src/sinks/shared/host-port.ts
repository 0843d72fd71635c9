import { scalar, tryListenAddress } from '@netstats/sdk/config'
import type { ListenAddress, Scalar } from '@netstats/sdk/config'

const expected = 'host and port, such as stats.example.org:8125 or "[::1]:8125"'

/** Where something listens that is sent lines or packets. */
export const hostPort = (example: string): Scalar<ListenAddress> =>
  scalar({
    kind: 'address',
    expected,
    examples: [example],
    read: (value) => {
      const address = typeof value === 'string' && !/^\*?:/.test(value) ? tryListenAddress(value) : undefined
      return address === undefined || address.port === 0 ? { expected } : { value: address }
    },
  })
