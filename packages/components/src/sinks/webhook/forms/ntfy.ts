import { cut } from '../form.ts'
import type { Form } from '../form.ts'
import { labelLine, wholeText } from '../message.ts'

const priorityOf = (severity: number): number => {
  if (severity <= 2) return 5
  if (severity === 3) return 4
  return severity <= 5 ? 3 : 2
}

const topicOf = (pathname: string): string => pathname.split('/').findLast((part) => part !== '') ?? ''

/** ntfy: the URL ends with the topic, as in https://ntfy.sh/my-topic; the key is an access token. */
export const ntfy: Form = {
  urlFault: ({ pathname }) =>
    topicOf(pathname) === '' ? 'ends with no topic, as in https://ntfy.sh/my-topic' : undefined,
  groups: true,
  most: 1,
  request: ([message], { url, key }) => {
    if (message === undefined) return undefined
    const { origin, pathname } = new URL(url)
    const topic = topicOf(pathname)
    const base = origin + pathname.slice(0, pathname.lastIndexOf(topic))
    return {
      url: base,
      ...(key === undefined ? {} : { headers: { authorization: `Bearer ${key}` } }),
      body: {
        topic: decodeURIComponent(topic),
        title: cut(message.title, 250),
        // At most 4096 bytes.
        message: cut(`${wholeText(message)}\n${labelLine(message)}`, 1300),
        ...(message.url === undefined ? {} : { click: message.url }),
        priority: priorityOf(message.severity),
        tags: [
          message.alarm?.step === 'cleared'
            ? 'white_check_mark'
            : message.severity <= 4
              ? 'warning'
              : 'information_source',
        ],
      },
    }
  },
}
