/** What a ready-made form is: one file of `forms/`, and a line in `forms/mod.ts`. */
import type { Message } from './message.ts'

export interface FormOptions {
  /** Where to post to: what the entry says, or what the form has of its own. */
  readonly url: string
  /** Key, token or routing key of the service; its place depends on the form. */
  readonly key: string | undefined
  /** Chat that Telegram writes to. */
  readonly chat: string | undefined
  /** JSON with places to fill in, of the form `json`. */
  readonly template: unknown
}

export interface FormRequest {
  /** That of the options where absent. */
  readonly url?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body: unknown
}

export interface Form {
  /** Where the service is, if there is only one place. */
  readonly url?: string
  /** Options it cannot do without. */
  readonly needs?: readonly ('key' | 'chat')[]
  /** What is wrong with the address for this form; undefined where it fits. */
  readonly urlFault?: (url: URL) => string | undefined
  /** It knows alarms and nothing else. */
  readonly alarmsOnly?: boolean
  /** What the receiver refuses is sent again too: only 2xx is an end. */
  readonly insists?: boolean
  /** People read it: several alarms that come at once are one message. */
  readonly groups?: boolean
  /** Most messages that go into one request. */
  readonly most: number
  /** What to post for messages, at least one of them; undefined where the service has no word for what they say. */
  request(messages: readonly Message[], options: FormOptions): FormRequest | undefined
}

/** Cut to a number of characters, so that it can be seen that it was. */
export const cut = (text: string, most: number): string =>
  text.length <= most ? text : `${text.slice(0, most - 1).replace(/[\uD800-\uDBFF]$/, '')}…`

/** Colours as chats show them: red, orange, yellow, green for what is over, grey. */
export const colorOf = ({ severity, alarm }: Message): number => {
  if (alarm?.step === 'cleared') return 0x2eb67d
  if (severity <= 2) return 0xb3261e
  if (severity === 3) return 0xe01e5a
  return severity === 4 ? 0xecb22e : 0x8a8f98
}

/**
 * Names an alarm where several nodes of several networks report to one service. Alarms that the server judges, whose steps
 * are numbered, have ids that no other alarm has.
 */
export const alarmKey = ({ item, alarm }: Message): string =>
  alarm?.number === undefined ? [item.network ?? '', item.observation.node, alarm?.alarm ?? ''].join('/') : alarm.alarm
