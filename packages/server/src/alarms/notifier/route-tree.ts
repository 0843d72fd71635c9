/** The routes of a configuration as a tree in which each route says everything. */
import type { Route } from '@netstats/alarms'
import type { RouteConfig } from './config.ts'

const usual = { groupBy: ['network', 'rule'], groupWait: 10_000, groupInterval: 300_000, repeatEvery: 14_400_000 }

/** What no route matches goes to the first receiver. */
export const routeTree = (routes: readonly RouteConfig[], receivers: readonly { readonly name: string }[]): Route => {
  const root: Route = { ...usual, match: {}, continue: false, receiver: receivers[0]?.name, routes: [] }
  return { ...root, routes: routes.map((one) => below(root, one)) }
}

const below = (above: Route, given: RouteConfig): Route => {
  const own: Route = {
    receiver: given.receiver ?? above.receiver,
    groupBy: given.groupBy ?? above.groupBy,
    groupWait: given.groupWait ?? above.groupWait,
    groupInterval: given.groupInterval ?? above.groupInterval,
    repeatEvery: given.repeatEvery ?? above.repeatEvery,
    escalateAfter: given.escalateAfter ?? above.escalateAfter,
    escalateTo: given.escalateTo ?? above.escalateTo,
    quiet: given.quiet ?? above.quiet,
    match: given.match,
    continue: given.continue,
    routes: [],
  }
  return { ...own, routes: (given.routes ?? []).map((one) => below(own, one)) }
}
