import { scalar } from './scalar.ts'
import type { Scalar } from './scalar.ts'

export const endpointProtocols = ['http', 'https', 'ws', 'wss', 'ipc'] as const
export type EndpointProtocol = (typeof endpointProtocols)[number]

/** Parts of paths that are no secrets; everything else may be one: most providers put their keys there. */
const knownPart =
  /^(?:api|agent|feed|external|primus|rpc|json-?rpc|wss?|https?|eth|ethstats|stats|netstats|nodes?|ext|bc|[cpx]|v\d{1,2})$/i
const hiddenPart = '[hidden]'

const redactPath = (path: string): string =>
  path
    .split('/')
    .map((part) => (part === '' || knownPart.test(part) ? part : hiddenPart))
    .join('/')

/**
 * The address without user, password, query, fragment and what of its path may be a key: what logs, messages, names and
 * states may show. Paths of IPC sockets stay.
 */
export const redactUrl = (text: string): string => {
  if (isIpcPath(text) && !text.startsWith('//')) return text
  const [, scheme = '', authority = '', path = '', rest = ''] = addressForm.exec(text) ?? []
  const query = rest.startsWith('?') || (rest !== '' && scheme === '') ? `?${hiddenPart}` : ''
  return `${scheme}${redactAuthority(authority, scheme !== '')}${redactPath(path || rootOf(text))}${query}`
}

/** Shortest text that is looked for in what others say: shorter ones are in every other word. */
const leastSecret = 4

/**
 * Takes what `redactUrl` hides of an address, and other secrets that go with it, out of texts that others wrote: many
 * servers repeat in their errors what they were asked with.
 */
export const redactorOf = (address: string, others: readonly string[] = []): ((text: string) => string) => {
  const hidden = [...secretsOf(address), ...others].filter((one) => one.length >= leastSecret)
  // Longest first, so that no part of a longer one is left.
  const inOrder = [...new Set(hidden)].sort((a, b) => b.length - a.length)
  return (text) => inOrder.reduce((rest, one) => rest.replaceAll(one, hiddenPart), text)
}

const secretsOf = (address: string): readonly string[] => {
  if (isIpcPath(address) || !URL.canParse(address)) return []
  const url = new URL(address)
  const parts = url.pathname.split('/').filter((part) => !knownPart.test(part))
  const written = [url.username, url.password, ...parts, ...url.searchParams.values(), url.hash.slice(1)]
  return written.flatMap((one) => [one, plainOf(one)])
}

const plainOf = (text: string): string => {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

const addressForm = /^([a-z][a-z0-9+.-]*:\/\/|\/\/)?([^/?#]*)([^?#]*)(.*)$/is

/** As the class URL writes it. */
const rootOf = (text: string): string => (/^(?:https?|wss?):\/\//i.test(text) && URL.canParse(text) ? '/' : '')

/** Without a scheme it is no address yet, and may be `name:secret@host`, or that without the host. */
const redactAuthority = (authority: string, hasScheme: boolean): string => {
  const plain = authority.replace(/^.*@/s, '[secret]@')
  return hasScheme ? plain : plain.replace(/^([^:[]*):(?!\d{1,5}$)[^@]*$/, '$1:[secret]')
}

const exampleOf: Readonly<Record<EndpointProtocol, string>> = {
  http: 'http://127.0.0.1:8545',
  https: 'https://node.example.org',
  ws: 'ws://127.0.0.1:8546',
  wss: 'wss://stats.example.org',
  ipc: '/var/lib/geth/geth.ipc',
}

/**
 * An address to connect to, in one of the given protocols; the text as it was written. With `ipc`, absolute paths,
 * paths that begin with `./`, `../` or `~/`, Windows pipes and `ipc:PATH` are good too.
 */
export const endpointUrl = (protocols: readonly EndpointProtocol[]): Scalar<string> => {
  const schemes = protocols.filter((one) => one !== 'ipc').map((one) => `${one}://`)
  const expected = `a URL that begins with ${oneOf(schemes)}${protocols.includes('ipc') ? ', or the path of an IPC socket' : ''}`
  return scalar({
    kind: 'url',
    expected,
    examples: protocols.map((one) => exampleOf[one]),
    read: (value) => {
      if (typeof value !== 'string' || value.length > 2000) return { expected }
      if (protocols.includes('ipc') && isIpcPath(value)) return { value }
      const found = `"${redactUrl(value).slice(0, 120)}"`
      if (!schemes.some((scheme) => value.toLowerCase().startsWith(scheme)) || !URL.canParse(value)) {
        return { expected, found }
      }
      const url = new URL(value)
      if (url.hostname === '') return { expected, found }
      return { value }
    },
  })
}

/** Whether the text names a local socket rather than a URL. */
export const isIpcPath = (text: string): boolean =>
  /^(?:ipc:(?!\/\/$).+|\/.+|\.{1,2}\/.+|~\/.+|\\\\[.?]\\pipe\\.+)$/.test(text)

const oneOf = (words: readonly string[]): string =>
  words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`
