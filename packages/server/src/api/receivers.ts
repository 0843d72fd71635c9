/** Who is notified of alarms. */
import { partStates } from '@netstats/sdk'
import { z } from 'zod'
import { actorOf } from './admin/auth.ts'
import { PersonalAnswer } from './answer.ts'
import { endpoint, nothing } from './endpoint.ts'
import type { Endpoint } from './endpoint.ts'
import { Problem } from '../net/problem.ts'
import { named, time } from './live-schemas.ts'

const receiver = named(
  'AlarmReceiver',
  'Somebody who is notified of alarms, as the configuration names it.',
  z.object({
    name: z.string(),
    type: z.string().describe('How: a type of sink, such as `webhook` or `email`.'),
    everyStep: z.boolean().describe('Whether it is notified of each step of each alarm, whatever the routes say.'),
    state: z.enum(partStates),
    reason: z.string().describe('Why it is not `ok`.'),
    waiting: z.number().describe('Messages that wait to be delivered.'),
    deliveredAt: time.nullable().describe('When it last took something; null: not since the server started.'),
  }),
)

const receivers = named('AlarmReceivers', 'All receivers of alarms.', z.object({ receivers: z.array(receiver) }))
const queued = named(
  'AlarmReceiverTested',
  'A test message is on its way.',
  z.object({ queued: z.literal(true).describe('The list says when it was taken.') }),
)

export const receiverEndpoints: readonly Endpoint[] = [
  endpoint({
    id: 'listAlarmReceivers',
    summary: 'Who is notified of alarms, and whether that works.',
    role: 'viewer',
    path: '/alarms/receivers',
    params: nothing,
    query: nothing,
    response: receivers,
    personal: true,
    handle: ({ receivers: known }) => new PersonalAnswer({ receivers: known?.list() ?? [] }),
  }),
  endpoint({
    id: 'testAlarmReceiver',
    summary: 'Sends a receiver a message that says it is a test.',
    method: 'POST',
    role: 'operator',
    path: '/alarms/receivers/{receiver}/test',
    params: z.strictObject({ receiver: z.string().min(1).max(200).describe('Name of the receiver.') }),
    query: nothing,
    response: queued,
    personal: true,
    problems: [404],
    handle: async ({ receivers: known }, { receiver: name }, _, options) => {
      if ((await known?.test(name, actorOf(options))) !== true)
        return new Problem(
          'API_RECEIVER_UNKNOWN',
          `No receiver is called "${name}"; /api/v1/alarms/receivers lists them.`,
        )
      return new PersonalAnswer({ queued: true })
    },
  }),
]
