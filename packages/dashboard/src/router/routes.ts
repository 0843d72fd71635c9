/** Addresses of the pages. Parsing and writing are inverse; what is not known becomes the not-found page. */
export type Route =
  | { readonly page: 'home' }
  | { readonly page: 'network'; readonly network: string }
  | { readonly page: 'map'; readonly network: string }
  | { readonly page: 'node'; readonly network: string; readonly node: string }
  | { readonly page: 'block'; readonly network: string; readonly hash: string }
  /** Charts of a network, or of one node. */
  | { readonly page: 'history'; readonly network: string; readonly node?: string }
  | { readonly page: 'events'; readonly network: string }
  /** The server's own health. */
  | { readonly page: 'server' }
  /** How complete what agents deliver is, and their administration. */
  | { readonly page: 'agents' }
  | { readonly page: 'not-found'; readonly path: string }

/** True for pages that show a network at one moment: now, or one in the past. */
export const showsMoment = ({ page }: Route): boolean =>
  page === 'network' || page === 'map' || page === 'node' || page === 'block'

export function parseRoute(path: string): Route {
  const lost: Route = { page: 'not-found', path }
  const parts: string[] = []
  for (const part of path.split('/').filter((p) => p !== '')) {
    try {
      parts.push(decodeURIComponent(part))
    } catch {
      return lost
    }
  }
  const [start, network, section, id, view, ...rest] = parts
  if (start === undefined) return { page: 'home' }
  if ((start === 'server' || start === 'agents') && network === undefined) return { page: start }
  if (start !== 'n' || network === undefined || rest.length > 0) return lost
  if (view !== undefined)
    return section === 'nodes' && id !== undefined && view === 'history' ? { page: 'history', network, node: id } : lost
  if (section === undefined) return { page: 'network', network }
  if (section === 'map' && id === undefined) return { page: 'map', network }
  if (section === 'history' && id === undefined) return { page: 'history', network }
  if (section === 'events' && id === undefined) return { page: 'events', network }
  if (section === 'nodes' && id !== undefined) return { page: 'node', network, node: id }
  if (section === 'blocks' && id !== undefined) return { page: 'block', network, hash: id }
  return lost
}

export function writeRoute(route: Route): string {
  switch (route.page) {
    case 'home':
      return '/'
    case 'server':
    case 'agents':
      return `/${route.page}`
    case 'network':
      return `/n/${encodeURIComponent(route.network)}`
    case 'map':
      return `/n/${encodeURIComponent(route.network)}/map`
    case 'node':
      return `/n/${encodeURIComponent(route.network)}/nodes/${encodeURIComponent(route.node)}`
    case 'block':
      return `/n/${encodeURIComponent(route.network)}/blocks/${encodeURIComponent(route.hash)}`
    case 'history':
      return route.node === undefined
        ? `/n/${encodeURIComponent(route.network)}/history`
        : `/n/${encodeURIComponent(route.network)}/nodes/${encodeURIComponent(route.node)}/history`
    case 'events':
      return `/n/${encodeURIComponent(route.network)}/events`
    case 'not-found':
      return route.path
  }
}
