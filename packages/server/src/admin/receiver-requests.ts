/** What the admin socket is asked about receivers of alarms. */
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { AlarmReceivers } from '../alarms/notifier/receivers.ts'
import { ServerError } from '../lib/errors.ts'
import type { AnswerLine } from './protocol.ts'

type Logged = (name: string, work: Promise<unknown>) => Promise<AnswerLine>

const test = z.strictObject({ as: z.string().max(200), receiver: z.string().min(1).max(200) })

export const addReceiverRequests = (app: FastifyInstance, receivers: AlarmReceivers, logged: Logged): void => {
  app.post('/alarms/receivers', { schema: { body: z.strictObject({}) } }, () => ({
    type: 'result',
    value: { receivers: receivers.list() },
  }))
  app.post<{ Body: z.output<typeof test> }>('/alarms/test', { schema: { body: test } }, ({ body }) =>
    logged('alarms test', testOne(receivers, body)),
  )
}

const testOne = async (receivers: AlarmReceivers, { as, receiver }: z.output<typeof test>): Promise<object> => {
  const at = Date.now()
  if (await receivers.test(receiver, { name: as, via: 'cli', address: '' })) return { at }
  const names = receivers.list().map(({ name }) => name)
  const known = names.length === 0 ? 'this server has none' : `there are ${names.join(', ')}`
  throw new ServerError('SERVER_ADMIN_REFUSED', `No receiver is called "${receiver}"; ${known}.`)
}
