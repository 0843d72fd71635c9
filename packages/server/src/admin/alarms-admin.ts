/** What a command asks of a running server about alarms, over its socket. */
import { userInfo } from 'node:os'
import { partStates } from '@netstats/sdk'
import { z } from 'zod'
import type { ReceiverStatus } from '../alarms/notifier/receivers.ts'
import { answerTo, checked, listeningPath } from './client.ts'

export type { ReceiverStatus } from '../alarms/notifier/receivers.ts'

const receivers: z.ZodType<{ readonly receivers: readonly ReceiverStatus[] }> = z.object({
  receivers: z.array(
    z.object({
      name: z.string(),
      type: z.string(),
      everyStep: z.boolean(),
      state: z.enum(partStates),
      reason: z.string(),
      waiting: z.number(),
      deliveredAt: z.number().nullable(),
    }),
  ),
})
const queued = z.object({ at: z.number() })

export interface AlarmsAdmin {
  receivers(): Promise<z.output<typeof receivers>>
  /** Sends a test message; it is on its way from `at`. */
  test(receiver: string): Promise<z.output<typeof queued>>
}

/** The server that owns a data folder; undefined where none answers. */
export const askAlarms = async (data: string): Promise<AlarmsAdmin | undefined> => {
  const path = await listeningPath(data)
  if (path === undefined) return undefined
  return {
    receivers: async () => checked(receivers, await answerTo(path, '/alarms/receivers', {})) as never,
    test: async (receiver) =>
      checked(queued, await answerTo(path, '/alarms/test', { as: userName(), receiver })) as z.output<typeof queued>,
  }
}

const userName = (): string => {
  try {
    return userInfo().username
  } catch {
    // A container may run as a number that has no name.
    return String(process.getuid?.() ?? '')
  }
}
