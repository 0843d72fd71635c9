/** Who is notified of alarms: receivers, the routes that lead to them, and the sign that alarms are looked after at all. */
import { isTimeZone } from '@netstats/alarms'
import { perceivedSeverities } from '@netstats/protocol/feed'
import { receiverList } from '@netstats/runtime'
import type { ReceiverEntry, Registry } from '@netstats/runtime'
import { duration, scalar, secretUrl } from '@netstats/sdk/config'
import { z } from 'zod'

/** Minutes of the day. */
const timeOfDay = () => {
  const expected = 'a time of the day such as "22:00"'
  return scalar({
    kind: 'time of the day',
    expected,
    examples: ['"22:00"'],
    read: (value) => {
      const [, hours, minutes] = (typeof value === 'string' && /^([01]?\d|2[0-3]):([0-5]\d)$/.exec(value)) || []
      return hours === undefined ? { expected } : { value: Number(hours) * 60 + Number(minutes) }
    },
  })
}

const timeZone = () => {
  const expected = 'a time zone such as Europe/Berlin'
  return scalar({
    kind: 'time zone',
    expected,
    examples: ['Europe/Berlin'],
    read: (value) => (typeof value === 'string' && isTimeZone(value) ? { value } : { expected }),
  })
}

const pattern = (example: string) =>
  z
    .string()
    .min(1)
    .max(200)
    .meta({ examples: [example] })
    .optional()

const match = z.strictObject({
  network: pattern('"1337"').describe('Key of the network; a `*` stands for any text, here and below.'),
  node: pattern('validator-*').describe('Id of the node.'),
  rule: pattern('node-*').describe('Name of the rule.'),
  severity: z.enum(perceivedSeverities).optional().describe('This severity and worse.'),
  labels: z
    .record(z.string().min(1).max(100), z.string().max(300).describe('Its value.'))
    .meta({ examples: ['{ disk: /data* }'] })
    .optional()
    .describe('Labels that the alarm has.'),
})

const quiet = z.strictObject({
  from: timeOfDay().describe('When they begin.'),
  to: timeOfDay().describe('When they end; earlier than the beginning: on the next day.'),
  timeZone: timeZone().describe('In the time of this place.'),
})

const receiverName = z.string().min(1).max(100)

const routeOptions = {
  match: match.prefault({}).describe('Which alarms it is for: all that is given must hold (default: all alarms).'),
  receiver: receiverName
    .meta({ examples: ['team'] })
    .optional()
    .describe('Who is told (default: as the route above).'),
  continue: z.boolean().default(false).describe('Whether the routes after it are asked too.'),
  groupBy: z
    .array(z.string().min(1).max(100))
    .max(10)
    .optional()
    .describe(
      'Alarms that have these in common come in one message: network, node, rule, severity, or a label (default: as the route above, network and rule).',
    ),
  groupWait: duration({ max: '1h' })
    .optional()
    .describe('How long the first alarm of a group waits for others (default: as the route above, 10s).'),
  groupInterval: duration({ max: '24h' })
    .optional()
    .describe(
      'Least time between two messages of a group; what is worse than before and the end of all of it do not wait for it (default: as the route above, 5m).',
    ),
  repeatEvery: duration({ min: '1m', max: '30d' })
    .optional()
    .describe('An alarm that is open and not acknowledged is told again so often (default: as the route above, 4h).'),
  escalateAfter: duration({ min: '1s', max: '30d' })
    .optional()
    .describe('Where nobody has acknowledged an alarm for so long, escalateTo is told too.'),
  escalateTo: receiverName
    .meta({ examples: ['boss'] })
    .optional()
    .describe('Who is told then.'),
  quiet: quiet
    .optional()
    .describe('Hours at which only what is critical is told; the rest is told at their end, if it is still so.'),
}

export interface RouteConfig extends z.output<z.ZodObject<typeof routeOptions>> {
  readonly routes?: readonly RouteConfig[] | undefined
}

const mostRoutes = 100
const route: z.ZodType<RouteConfig> = z.strictObject({
  ...routeOptions,
  routes: z
    .lazy(() => z.array(route).max(mostRoutes))
    .meta({ kind: 'list', expected: 'a list of routes' })
    .optional()
    .describe('Routes below this one, asked first, with the same options.'),
})

const heartbeat = z.strictObject({
  url: secretUrl().describe('Where to post to, as healthchecks.io and its like give one.'),
  every: duration({ min: '10s', max: '1d' }).prefault('1m').describe('Time between two calls of it.'),
})

export const notifierConfigOf = (registry: Registry) => ({
  webhook: secretUrl()
    .optional()
    .describe(
      'Gets every step of every alarm as JSON, one a request, until it has accepted it (2xx). What is silenced, in maintenance or a symptom is no message.',
    ),
  receivers: receiverList(registry)
    .prefault([])
    .describe('Who can be notified of alarms. Messages wait on disk until they are delivered.'),
  routes: z
    .array(route)
    .max(mostRoutes)
    .prefault([])
    .describe(
      'Who is notified of which alarms: the first route that matches counts. What none matches goes to the first receiver.',
    ),
  heartbeat: heartbeat
    .optional()
    .describe(
      'An address that is called as long as alarms are judged: who misses the calls knows that nobody watches.',
    ),
})

/** Name of the receiver that `alarms.webhook` is. */
export const webhookReceiver = 'alarm-webhook'

type Fault = (path: readonly PropertyKey[], message: string) => void

/** What is wrong with receivers and routes as a whole. */
export const checkNotifier = (
  { receivers, routes }: { readonly receivers: readonly ReceiverEntry[]; readonly routes: readonly RouteConfig[] },
  fault: Fault,
): void => {
  const names = receivers.map(({ name }) => name)
  for (const [i, name] of names.entries()) {
    if (name === webhookReceiver) fault(['receivers', i, 'name'], `"${name}" is the receiver of alarms.webhook`)
    else if (names.indexOf(name) < i)
      fault(['receivers', i, 'name'], `"${name}" names another receiver already; give one of them another name`)
  }
  const known = names.length === 0 ? 'there is none' : `there are ${names.join(', ')}`
  const check = (of: RouteConfig, path: readonly PropertyKey[]): void => {
    for (const key of ['receiver', 'escalateTo'] as const) {
      const name = of[key]
      if (name !== undefined && !names.includes(name))
        fault([...path, key], `no receiver is called "${name}"; ${known}`)
    }
    if ((of.escalateAfter === undefined) !== (of.escalateTo === undefined))
      fault(
        [...path, of.escalateTo === undefined ? 'escalateTo' : 'escalateAfter'],
        'missing: after how long and to whom belong together',
      )
    if (of.quiet !== undefined && of.quiet.from === of.quiet.to)
      fault([...path, 'quiet', 'to'], 'is when they begin too: such hours have no length')
    for (const [i, one] of (of.routes ?? []).entries()) check(one, [...path, 'routes', i])
  }
  for (const [i, one] of routes.entries()) check(one, ['routes', i])
}
