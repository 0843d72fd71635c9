/** Where a server may be found, from what an operator writes. */

/** Paths of a Netstats server that are for others. */
const channels: Readonly<Record<string, string>> = {
  '/api': 'where a server takes in ethstats clients; leave "/api" out, or report with an ethstats sink (--ethstats)',
  '/agent': 'where a server takes in netstats agents; leave "/agent" out, or report with a netstats sink (--server)',
  '/feed': 'where a server tells dashboards; leave "/feed" out',
  '/primus': 'where a server tells classic dashboards; leave "/primus" out',
  '/external': 'where a server tells third parties; leave "/external" out',
  '/api/v1': 'where a server answers questions; leave "/api/v1" out',
}

/** Why an address is that of another channel than `path`; undefined where it is none. */
export const otherChannel = (text: string, path: string): string | undefined => {
  const found = Object.keys(channels).find(
    (one) => one !== path && new RegExp(`^[^?#]*[^/?#]${one}/*(?:[?#]|$)`).test(text),
  )
  return found === undefined ? undefined : `found an address that ends with "${found}": that is ${channels[found]}`
}

const schemes: Readonly<Record<string, string>> = { 'ws:': 'ws:', 'wss:': 'wss:', 'http:': 'ws:', 'https:': 'wss:' }

/** The WebSocket URL of a server, `path` appended unless it is there. Undefined for what is no address. */
export const tryServerUrl = (text: string, path: string): string | undefined => {
  if (text.length > 2000 || /\s/.test(text) || !URL.canParse(text)) return undefined
  const url = new URL(text)
  const scheme = schemes[url.protocol]
  if (scheme === undefined || url.hostname === '' || url.username !== '' || url.password !== '') return undefined
  const base = url.pathname.replace(/\/+$/, '')
  return `${scheme}//${url.host}${base.endsWith(path) ? base : `${base}${path}`}`
}
