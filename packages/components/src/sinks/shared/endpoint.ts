/** Where a server may be found, from what an operator writes. */

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
