/** The receivers that there are, as sinks, and how they are. */
import { receiverSink } from '@netstats/runtime'
import type { ReceiverEntry, Registry, SinkEntry } from '@netstats/runtime'
import type { PartState, PartStatus } from '@netstats/sdk'
import type { Secret } from '@netstats/sdk/config'
import type { Actor } from '../../auth/audit.ts'
import { webhookReceiver } from './config.ts'
import type { Notifier } from './notifier.ts'

/** Those of the configuration, and the one that `alarms.webhook` is. */
export const receiversOf = (
  { webhook, receivers }: { readonly webhook?: Secret | undefined; readonly receivers: readonly ReceiverEntry[] },
  { sinks }: Pick<Registry, 'sinks'>,
): readonly ReceiverEntry[] => {
  if (webhook === undefined) return receivers
  const options = sinks.get('webhook')?.config.parse({ url: webhook.reveal(), form: 'alarm' }) as object
  return [...receivers, { ...options, type: 'webhook', name: webhookReceiver, everyStep: true }]
}

export const receiverSinks = (receivers: readonly ReceiverEntry[]): readonly SinkEntry[] => receivers.map(receiverSink)

/** Names of those whose sink makes one message of several alarms. */
export const groupingReceivers = (
  receivers: readonly ReceiverEntry[],
  { sinks }: Pick<Registry, 'sinks'>,
): ReadonlySet<string> =>
  new Set(receivers.filter((one) => sinks.get(one.type)?.groupsAlarms?.(one) === true).map(({ name }) => name))

/** How a receiver is; no secrets. Times are Unix milliseconds. */
export interface ReceiverStatus {
  readonly name: string
  readonly type: string
  readonly everyStep: boolean
  readonly state: PartState
  /** Why it is not `ok`; empty where it is. */
  readonly reason: string
  /** Messages that wait to be delivered. */
  readonly waiting: number
  /** When it last took something; null: not since the server started. */
  readonly deliveredAt: number | null
}

interface ReceiverSources {
  readonly receivers: readonly ReceiverEntry[]
  readonly parts: () => readonly PartStatus[]
  readonly backlogs: () => ReadonlyMap<string, number>
  readonly deliveredAt: () => ReadonlyMap<string, number>
}

const receiverStatuses = (sources: ReceiverSources): readonly ReceiverStatus[] => {
  const parts = new Map(sources.parts().map((one) => [one.id, one]))
  const backlogs = sources.backlogs()
  const deliveredAt = sources.deliveredAt()
  return sources.receivers.map((entry) => {
    const { name, type, everyStep } = entry
    const reader = receiverSink(entry).name ?? ''
    const part = parts.get(`sink/${reader}`)
    return {
      name,
      type,
      everyStep,
      state: part?.state ?? 'starting',
      reason: part?.reason ?? '',
      waiting: backlogs.get(reader) ?? 0,
      deliveredAt: deliveredAt.get(reader) ?? null,
    }
  })
}

/** What is asked of receivers from outside. */
export interface AlarmReceivers {
  list(): readonly ReceiverStatus[]
  /** Sends a message that says it is a test; false where there is no such receiver. Resolves when it is on its way. */
  test(name: string, actor: Actor): Promise<boolean>
}

export const createReceivers = (
  sources: ReceiverSources & {
    readonly notifier: Pick<Notifier, 'test'>
    /** Keeps who asked for a test. */
    readonly note: (actor: Actor, receiver: string) => void
  },
): AlarmReceivers => ({
  list: () => receiverStatuses(sources),
  async test(name, actor) {
    if (!sources.receivers.some((one) => one.name === name)) return false
    sources.note(actor, name)
    await sources.notifier.test(name)
    return true
  },
})

/** Where there are none. */
export const noReceivers: AlarmReceivers = { list: () => [], test: () => Promise.resolve(false) }
