import { colorOf, cut } from '../form.ts'
import type { Form } from '../form.ts'
import { labelLine, wholeText } from '../message.ts'

/** The three characters that have a meaning in Slack's own markup; what is left cannot mention or link. */
const plain = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')

/** Incoming webhooks of Slack, and what copies them (Mattermost, Rocket.Chat). */
export const slack: Form = {
  groups: true,
  most: 20,
  request: (messages) => ({
    body: {
      text: cut(messages.map(({ title }) => plain(title)).join(', '), 1000),
      attachments: messages.map((message) => ({
        color: `#${colorOf(message).toString(16).padStart(6, '0')}`,
        fallback: cut(plain(`${message.title}: ${message.text}`), 500),
        title: cut(plain(message.title), 200),
        ...(message.url === undefined ? {} : { title_link: message.url }),
        text: cut(plain(wholeText(message)), 2500),
        footer: cut(plain(labelLine(message)), 300),
        ts: Math.floor(message.at / 1000),
      })),
    },
  }),
}
