import { scalar } from './scalar.ts'
import type { Scalar } from './scalar.ts'

export const endpointProtocols = ['http', 'https', 'ws', 'wss', 'ipc'] as const
export type EndpointProtocol = (typeof endpointProtocols)[number]

/** The URL without user, password, query and fragment: what logs and messages may show. */
export const redactUrl = (text: string): string => {
  // Without a scheme it is no address yet, and may be `name:secret@host`, or that without the host.
  if (!text.includes('//')) {
    return text
      .replace(/^[^/?#]*@/, '[secret]@')
      .replace(/^([^/:?#@[]*):(?!\d{1,5}(?:[/?#]|$))[^@]*$/, '$1:[secret]')
      .replace(/[?#].*$/, '?[hidden]')
  }
  if (!URL.canParse(text)) return text.replace(/\/\/[^/@]*@/, '//[secret]@')
  const url = new URL(text)
  const hidden = url.username !== '' || url.password !== ''
  url.username = ''
  url.password = ''
  const query = url.search === '' ? '' : '?[hidden]'
  url.search = ''
  url.hash = ''
  const plain = `${url.href}${query}`
  return hidden ? plain.replace('//', '//[secret]@') : plain
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
