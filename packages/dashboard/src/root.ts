/**
 * Where the server lives on its site: at `/`, or below the prefix of a reverse proxy. It is not configured: the build
 * lies in `assets/` below the root, so each script finds the root from its own address.
 */
export const rootOf = (script: string): string => new URL('../', script).pathname

/** With a slash at its end. Code that no server gave, as in a test, is at the root. */
export const root = import.meta.url.startsWith('http') ? rootOf(import.meta.url) : '/'

/** Address of a path of the server, which begins with a slash. */
export const below = (path: string, base = root): string => base + path.slice(1)

/** The path within the server of one that the browser shows. */
export const within = (path: string, base = root): string =>
  path.startsWith(base) ? `/${path.slice(base.length)}` : path

/** What agents and clients connect to: `wss://host/prefix`, and without the scheme. */
export const serverAddress = (): { readonly socket: string; readonly host: string } => {
  const { protocol, host } = window.location
  const place = `${host}${root.replace(/\/$/, '')}`
  return { socket: `${protocol === 'https:' ? 'wss' : 'ws'}://${place}`, host: place }
}
