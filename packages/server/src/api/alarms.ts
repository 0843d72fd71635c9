/** Alarms: those that are open and those that are over, who looks after them, and silences. */
import { randomUUID } from 'node:crypto'
import { alarmStates, perceivedSeverities, suppressionReasons } from '@netstats/protocol/feed'
import type { AlarmRecord, Silence, Verdict } from '@netstats/protocol/feed'
import { z } from 'zod'
import type { Alarms } from '../alarms/alarms.ts'
import type { AlarmQuery } from '../alarms/reading.ts'
import { Problem } from '../net/problem.ts'
import { actorOf } from './admin/auth.ts'
import { PersonalAnswer } from './answer.ts'
import { base, endpoint, integer, name, network, nothing, onNetwork } from './endpoint.ts'
import type { ApiContext, Endpoint, HandleOptions } from './endpoint.ts'
import { time as momentOf, yesOrNo } from './history/parameters.ts'
import { named, number, text, time } from './live-schemas.ts'

/** Of a network that appeared within the last second. */
const notJudgedYet: Verdict = { level: 'unknown', text: 'nothing is known of the network yet' }

const acknowledgement = z.object({
  by: z.string(),
  at: time,
  until: number.describe('Unix milliseconds; null: until the alarm is cleared.'),
  comment: text,
})

const alarmFields = {
  id: z.string().describe('Names this one occurrence.'),
  step: z.int().describe('Number of its newest step, from 1.'),
  rule: z.string(),
  origin: z.enum(['server', 'node']).describe('Who judged: the server, or an agent that reported it.'),
  state: z.enum(alarmStates),
  severity: z.enum(perceivedSeverities),
  network: text.describe('Null: it is about the server itself.'),
  node: text.describe('Id of the node; null: it is about the network or the server.'),
  labels: z.record(z.string(), z.string()),
  message: z.string(),
  advice: text.describe('What to do.'),
  runbook: text,
  startsAt: time,
  updatedAt: time.describe('When its newest step was, Unix milliseconds.'),
  endsAt: number,
  acknowledgement: acknowledgement.nullable(),
  suppressed: z
    .object({ reason: z.enum(suppressionReasons), by: text })
    .nullable()
    .describe('Why nobody is notified of it.'),
  parent: text.describe('Id of the alarm that it is a symptom of.'),
  symptoms: z.int().describe('Open alarms that are its symptoms.'),
}
const alarm = named('Alarm', 'An alarm, from when it was raised to when it was cleared.', z.object(alarmFields))
const counts = z
  .object({
    ...Object.fromEntries(perceivedSeverities.map((severity) => [severity, z.int()])),
    acknowledged: z.int(),
    suppressed: z.int(),
  })
  .describe("Open alarms that are no other one's symptom, by severity; those acknowledged or suppressed apart.")
const alarmList = named(
  'Alarms',
  'Alarms, the newest first.',
  z.object({
    alarms: z.array(alarm),
    counts,
    next: text.describe('Path of the next page; null where this is the last.'),
  }),
)
const alarmWithSteps = named(
  'AlarmWithSteps',
  'An alarm with its steps.',
  z.object({
    ...alarmFields,
    steps: z
      .array(z.object({ name: z.enum(['raised', 'updated', 'acknowledged', 'cleared']), at: time, alarm }))
      .describe('Oldest first; of more than 1000 the newest.'),
  }),
)

const patternOf = (what: string) =>
  z.string().min(1).max(200).optional().describe(`${what}; \`*\` stands for any text.`)
const match = z
  .strictObject({
    network: name.optional().describe('Key of the network.'),
    node: patternOf('Id of the node'),
    rule: patternOf('Name of the rule'),
    labels: z
      .record(z.string().min(1).max(100), z.string().max(300))
      .refine((labels) => Object.keys(labels).length <= 16, 'at most 16 labels')
      .optional()
      .describe('Labels that the alarm has.'),
  })
  .describe('All that are given must hold.')
const comment = z.string().max(500).optional().describe('Why, for others to read.')
const silence = named(
  'Silence',
  'Alarms that match are open, but nobody is notified of them.',
  z.object({
    id: z.string(),
    kind: z.enum(['silence', 'maintenance']),
    match,
    from: time,
    until: time,
    by: z.string(),
    comment: text,
  }),
)
const silences = named('Silences', 'Silences that are not over.', z.object({ silences: z.array(silence) }))
const verdict = named(
  'Verdict',
  'How a network is, in one sentence.',
  z.object({ level: z.enum(['ok', ...perceivedSeverities, 'unknown']), text: z.string() }),
)

/** No silence is for longer: what is never told is better not judged. */
const longestSilenceMs = 366 * 86_400_000
const mostSteps = 1000

const onAlarms = ({ alarms }: ApiContext, use: (alarms: Alarms) => unknown): unknown =>
  alarms === undefined
    ? new Problem('API_ALARMS_OFF', 'The configuration of this server turns alarms off: alarms.enabled.')
    : use(alarms)

const audit = ({ auth }: ApiContext, options: HandleOptions, action: string, subject: string, detail = ''): void =>
  auth?.audit.later(actorOf(options), { action, subject, detail })

const unknown = (id: string): Problem =>
  new Problem('API_ALARM_UNKNOWN', `No alarm "${id.slice(0, 80)}" is open; /api/v1/alarms lists those that are known.`)

const byWhom = ({ principal }: HandleOptions): string => principal?.name ?? 'anonymous'

const idParams = z.object({ id: name.describe('Id of the alarm.') })
const lateFault = (until: number | undefined, now: number): Problem | undefined =>
  until !== undefined && (until <= now || until > now + longestSilenceMs)
    ? new Problem('API_BODY_INVALID', 'until: expected a time to come, within a year.', {
        errors: [{ parameter: 'until', message: 'expected a time to come, within a year' }],
      })
    : undefined

type ListQuery = Omit<AlarmQuery, 'limit'> & { readonly limit?: number | undefined }

const listed = (alarms: Alarms, query: ListQuery) => {
  const { limit = 100 } = query
  const found = alarms.reading.list({ ...query, limit: limit + 1 })
  const shown = found.slice(0, limit)
  const last: AlarmRecord | undefined = found.length > limit ? shown.at(-1) : undefined
  const link = new URLSearchParams()
  for (const [key, value] of Object.entries(query)) if (value !== undefined) link.set(key, String(value))
  if (last !== undefined) link.set('before', last.id)
  return { shown, next: last === undefined ? null : `${base}/alarms?${link.toString()}` }
}

const reading: readonly Endpoint[] = [
  endpoint({
    id: 'listAlarms',
    summary: 'Alarms, those raised last first.',
    role: 'viewer',
    path: '/alarms',
    params: nothing,
    query: z.strictObject({
      open: yesOrNo('`true`: only those that are not cleared; `false`: only those that are.'),
      network: name.optional().describe('Only of this network.'),
      node: name.optional().describe('Only of the node with this id.'),
      rule: name.optional().describe('Only of this rule.'),
      severity: z.enum(perceivedSeverities).optional().describe('Only of this severity.'),
      state: z.enum(['raised', 'acknowledged', 'cleared']).optional().describe('Only in this state.'),
      parent: name
        .optional()
        .describe('Only symptoms of the alarm with this id; `none`: only those that are no symptom of another one.'),
      from: momentOf('Only those raised then or later.').optional(),
      to: momentOf('Only those raised before.').optional(),
      before: name.optional().describe('Id of an alarm: only those raised before it.'),
      limit: integer(1, 1000, 'Alarms to give at most; 100 by default.').optional(),
    }),
    response: alarmList,
    problems: [503],
    personal: true,
    heavy: true,
    handle: (context, _, query) =>
      onAlarms(context, (alarms) => {
        const { shown, next } = listed(alarms, query)
        return new PersonalAnswer({ alarms: shown, counts: alarms.engine.counts(query.network), next })
      }),
  }),
  endpoint({
    id: 'getAlarm',
    summary: 'One alarm with its steps.',
    role: 'viewer',
    path: '/alarms/{id}',
    params: idParams,
    query: nothing,
    response: alarmWithSteps,
    problems: [404, 503],
    personal: true,
    handle: (context, { id }) =>
      onAlarms(context, ({ reading }) => {
        const found = reading.find(id)
        return found === undefined
          ? unknown(id)
          : new PersonalAnswer({ ...found, steps: reading.stepsOf(id, mostSteps) })
      }),
  }),
  endpoint({
    id: 'listSilences',
    summary: 'Silences and maintenance windows that are not over.',
    role: 'viewer',
    path: '/silences',
    params: nothing,
    query: nothing,
    response: silences,
    problems: [503],
    personal: true,
    handle: (context) => onAlarms(context, ({ engine }) => new PersonalAnswer({ silences: [...engine.silences()] })),
  }),
  endpoint({
    id: 'getVerdict',
    summary: 'How a network is, in one sentence.',
    role: 'viewer',
    path: '/networks/{network}/verdict',
    params: z.object({ network }),
    query: nothing,
    response: verdict,
    problems: [503],
    personal: true,
    handle: (context, { network: key }) =>
      onNetwork(context, key, (view) =>
        onAlarms(context, (alarms) => new PersonalAnswer(alarms.verdicts(view.key)[view.key] ?? notJudgedYet)),
      ),
  }),
]

const acting: readonly Endpoint[] = [
  endpoint({
    id: 'acknowledgeAlarm',
    summary: 'Says that somebody looks after an open alarm.',
    method: 'POST',
    role: 'operator',
    path: '/alarms/{id}/acknowledge',
    params: idParams,
    query: z.strictObject({
      comment,
      until: z.int().min(0).optional().describe('Unix milliseconds; without it: until the alarm is cleared.'),
    }),
    response: alarm,
    problems: [404, 503],
    personal: true,
    handle: (context, { id }, { comment: said, until }, options) =>
      onAlarms(context, async (alarms) => {
        const at = context.now()
        const fault = lateFault(until, at)
        if (fault !== undefined) return fault
        const more = { ...(until !== undefined && { until }), ...(said !== undefined && { comment: said }) }
        const done = await alarms.act((engine) => engine.acknowledge(id, { by: byWhom(options), at, ...more }))
        if (done === undefined) return unknown(id)
        audit(context, options, 'alarm-acknowledge', id, said)
        return new PersonalAnswer(done)
      }),
  }),
  endpoint({
    id: 'unacknowledgeAlarm',
    summary: 'Takes an acknowledgement back.',
    method: 'DELETE',
    role: 'operator',
    path: '/alarms/{id}/acknowledge',
    params: idParams,
    query: nothing,
    response: alarm,
    problems: [404, 503],
    personal: true,
    handle: (context, { id }, _, options) =>
      onAlarms(context, async (alarms) => {
        const done = await alarms.act((engine) => engine.unacknowledge(id, byWhom(options), context.now()))
        if (done === undefined) return unknown(id)
        audit(context, options, 'alarm-unacknowledge', id)
        return new PersonalAnswer(done)
      }),
  }),
  endpoint({
    id: 'addSilence',
    summary: 'Lets nobody be notified of alarms that match, for some time.',
    method: 'POST',
    role: 'operator',
    path: '/silences',
    params: nothing,
    query: z.strictObject({
      match,
      until: z.int().min(0).describe('When it ends, Unix milliseconds; within a year.'),
      from: z.int().min(0).optional().describe('When it begins, Unix milliseconds; without it: now.'),
      kind: z.enum(['silence', 'maintenance']).optional().describe('`silence` by default.'),
      comment,
    }),
    response: silence,
    problems: [409, 503],
    personal: true,
    handle: (context, _, { match: matched, until, from, kind = 'silence', comment: said }, options) =>
      onAlarms(context, async (alarms) => {
        const now = context.now()
        const fault = lateFault(until, Math.max(now, from ?? now))
        if (fault !== undefined) return fault
        const added = {
          id: randomUUID(),
          kind,
          match: matched as Silence['match'],
          from: from ?? now,
          until,
          by: byWhom(options),
          comment: said ?? null,
        }
        if (!(await alarms.act((engine) => engine.addSilence(added))))
          return new Problem('API_SILENCES_FULL', 'There are as many silences as there may be; end some first.')
        audit(context, options, 'silence-add', added.id, JSON.stringify(matched))
        return new PersonalAnswer(added)
      }),
  }),
  endpoint({
    id: 'removeSilence',
    summary: 'Ends a silence.',
    method: 'DELETE',
    role: 'operator',
    path: '/silences/{id}',
    params: z.object({ id: name.describe('Id of the silence.') }),
    query: nothing,
    response: silences,
    problems: [404, 503],
    personal: true,
    handle: (context, { id }, _, options) =>
      onAlarms(context, async (alarms) => {
        if (!(await alarms.act((engine) => engine.removeSilence(id))))
          return new Problem('API_SILENCE_UNKNOWN', `No silence "${id.slice(0, 80)}" is there; it may be over.`)
        audit(context, options, 'silence-remove', id)
        return new PersonalAnswer({ silences: [...alarms.engine.silences()] })
      }),
  }),
]

export const alarmEndpoints: readonly Endpoint[] = [...reading, ...acting]
