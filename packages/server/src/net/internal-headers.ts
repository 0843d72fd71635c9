/** Headers that say whose request a worker passes on; the proxy of the worker removes them from requests of clients. */
export const peerHeader = 'x-netstats-peer'
export const secureHeader = 'x-netstats-secure'
