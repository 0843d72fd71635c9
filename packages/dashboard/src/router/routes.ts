/** Addresses of the pages and of moments. Reading and writing are inverse; an unknown address is the not-found page. */
import { nameOfSegment, writeSegment } from '@netstats/protocol/feed'
import { below, within } from '../root.ts'

export type Route =
  | { readonly page: 'home' }
  | { readonly page: 'network'; readonly network: string }
  | { readonly page: 'map'; readonly network: string }
  | { readonly page: 'node'; readonly network: string; readonly node: string }
  | { readonly page: 'block'; readonly network: string; readonly hash: string }
  /** Charts of a network, or of one node. */
  | { readonly page: 'history'; readonly network: string; readonly node?: string }
  | { readonly page: 'events'; readonly network: string }
  /** Alarms of a network, or of all and the server. */
  | { readonly page: 'alarms'; readonly network?: string }
  /** Lines of logs, live or around a moment. */
  | { readonly page: 'logs'; readonly network: string }
  /** Any metrics of any nodes on charts. */
  | { readonly page: 'metrics'; readonly network: string }
  /** The server's own health. */
  | { readonly page: 'server' }
  /** What agents have delivered, and their administration. */
  | { readonly page: 'agents' }
  | { readonly page: 'not-found'; readonly path: string }

/** True for pages that show a network at one moment: now, or one in the past. */
export const showsMoment = ({ page }: Route): boolean =>
  page === 'network' || page === 'map' || page === 'node' || page === 'block' || page === 'logs'

export function parseRoute(address: string): Route {
  const path = within(address)
  const lost: Route = { page: 'not-found', path }
  const parts: string[] = []
  for (const part of path.split('/').filter((p) => p !== '')) {
    try {
      parts.push(nameOfSegment(decodeURIComponent(part)))
    } catch {
      return lost
    }
  }
  const [start, network, section, id, view, ...rest] = parts
  if (start === undefined) return { page: 'home' }
  if ((start === 'server' || start === 'agents' || start === 'alarms') && network === undefined) return { page: start }
  if (start !== 'n' || network === undefined || rest.length > 0) return lost
  if (view !== undefined)
    return section === 'nodes' && id !== undefined && view === 'history' ? { page: 'history', network, node: id } : lost
  if (section === undefined) return { page: 'network', network }
  if (section === 'map' && id === undefined) return { page: 'map', network }
  if (section === 'history' && id === undefined) return { page: 'history', network }
  if (id === undefined && isNetworkSection(section)) return { page: section, network }
  if (section === 'nodes' && id !== undefined) return { page: 'node', network, node: id }
  if (section === 'blocks' && id !== undefined) return { page: 'block', network, hash: id }
  return lost
}

const networkSections = ['events', 'alarms', 'logs', 'metrics'] as const

const isNetworkSection = (section: string): section is (typeof networkSections)[number] =>
  networkSections.some((one) => one === section)

export function writeRoute(route: Route): string {
  switch (route.page) {
    case 'home':
      return below('/')
    case 'server':
    case 'agents':
      return below(`/${route.page}`)
    case 'network':
      return below(`/n/${writeSegment(route.network)}`)
    case 'map':
      return below(`/n/${writeSegment(route.network)}/map`)
    case 'node':
      return below(`/n/${writeSegment(route.network)}/nodes/${writeSegment(route.node)}`)
    case 'block':
      return below(`/n/${writeSegment(route.network)}/blocks/${writeSegment(route.hash)}`)
    case 'history':
      return route.node === undefined
        ? below(`/n/${writeSegment(route.network)}/history`)
        : below(`/n/${writeSegment(route.network)}/nodes/${writeSegment(route.node)}/history`)
    case 'alarms':
      return below(route.network === undefined ? '/alarms' : `/n/${writeSegment(route.network)}/alarms`)
    case 'events':
    case 'logs':
    case 'metrics':
      return below(`/n/${writeSegment(route.network)}/${route.page}`)
    case 'not-found':
      return below(route.path)
  }
}

/** RFC 3339 with a zone; undefined for anything else. Unix milliseconds. */
export function readMoment(text: string | null): number | undefined {
  if (text === null || !/^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d)$/.test(text)) return undefined
  const at = Date.parse(text)
  return Number.isNaN(at) ? undefined : at
}

export const writeMoment = (at: number): string => new Date(at).toISOString().replace('.000Z', 'Z')

/** Where a network, or one of its nodes, is shown as it was. */
export const momentHref = (network: string, at: number, node?: string): string =>
  `${writeRoute(node === undefined ? { page: 'network', network } : { page: 'node', network, node })}?at=${writeMoment(at)}`
