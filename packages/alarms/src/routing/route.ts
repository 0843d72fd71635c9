/** Who is notified of an alarm: a tree of routes, asked from the root down. */
import { perceivedSeverities } from '@netstats/protocol/feed'
import type { AlarmRecord, PerceivedSeverity } from '@netstats/protocol/feed'
import { matchesGlob } from '../glob.ts'
import type { QuietHours } from './quiet-hours.ts'

/** All that is given must hold. In texts `*` stands for any text. */
export interface RouteMatch {
  readonly network?: string | undefined
  readonly node?: string | undefined
  readonly rule?: string | undefined
  /** This severity and worse. */
  readonly severity?: PerceivedSeverity | undefined
  readonly labels?: Readonly<Record<string, string>> | undefined
}

/** Durations are milliseconds. */
export interface RouteOptions {
  /** Name of who is told; undefined: nobody. */
  readonly receiver?: string | undefined
  /** Alarms that have these in common come together: `network`, `node`, `rule`, `severity` or a label. */
  readonly groupBy: readonly string[]
  /** How long the first alarm of a group waits for others. */
  readonly groupWait: number
  /** Least time between two messages of a group. What is worse than before, and the end of all of it, does not wait so long. */
  readonly groupInterval: number
  /** An alarm that is open and that nobody has acknowledged is notified again so often. */
  readonly repeatEvery: number
  /** Nobody has acknowledged it for so long: `escalateTo` is told too. */
  readonly escalateAfter?: number | undefined
  readonly escalateTo?: string | undefined
  readonly quiet?: QuietHours | undefined
}

export interface Route extends RouteOptions {
  readonly match: RouteMatch
  /** Whether the routes after it are asked too. */
  readonly continue: boolean
  /** Asked first; what none of them matches is this route's own. */
  readonly routes: readonly Route[]
}

/** A route that an alarm ends at. `path` names it: places in the tree, such as `0.2`. */
export interface Destination {
  readonly path: string
  readonly route: Route
}

/** Smaller is worse. */
export const rankOf = (severity: PerceivedSeverity): number => perceivedSeverities.indexOf(severity)

const matches = (match: RouteMatch, alarm: AlarmRecord): boolean => {
  const { network, node, rule, severity, labels = {} } = match
  if (severity !== undefined && rankOf(alarm.severity) > rankOf(severity)) return false
  return (
    fits(network, alarm.network) &&
    fits(node, alarm.node) &&
    fits(rule, alarm.rule) &&
    Object.entries(labels).every(([label, pattern]) => fits(pattern, alarm.labels[label] ?? null))
  )
}

const fits = (pattern: string | undefined, text: string | null): boolean =>
  pattern === undefined || (text !== null && matchesGlob(pattern, text))

/** The routes that an alarm ends at, each receiver once: the first of its routes counts. */
export const destinationsOf = (root: Route, alarm: AlarmRecord): ReadonlyMap<string, Destination> => {
  const found = new Map<string, Destination>()
  const descend = (route: Route, path: string): boolean => {
    if (!matches(route.match, alarm)) return false
    let isTaken = false
    for (const [i, child] of route.routes.entries()) {
      if (!descend(child, path === '' ? String(i) : `${path}.${i}`)) continue
      isTaken = true
      if (!child.continue) break
    }
    const { receiver } = route
    if (!isTaken && receiver !== undefined && !found.has(receiver)) found.set(receiver, { path, route })
    return true
  }
  descend(root, '')
  return found
}

/** The route at a path; undefined where a changed configuration has none there. */
export const routeAt = (root: Route, path: string): Route | undefined => {
  let route: Route | undefined = root
  if (path !== '') for (const place of path.split('.')) route = route?.routes[Number(place)]
  return route
}

/** What the alarms of a group have in common, as a text. */
export const groupOf = ({ groupBy }: RouteOptions, alarm: AlarmRecord): string =>
  JSON.stringify(groupBy.map((name) => valueOf(alarm, name)))

const valueOf = (alarm: AlarmRecord, name: string): string | null => {
  if (name === 'alarm') return alarm.id
  if (name === 'network' || name === 'node' || name === 'rule' || name === 'severity') return alarm[name]
  return alarm.labels[name] ?? null
}
