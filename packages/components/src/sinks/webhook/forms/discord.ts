import { colorOf, cut } from '../form.ts'
import type { Form } from '../form.ts'
import { labelLine, wholeText } from '../message.ts'

/** Webhooks of Discord: at most ten embeds and 6000 characters in one; nobody is mentioned by what a node says. */
export const discord: Form = {
  groups: true,
  most: 10,
  request: (messages) => {
    const room = Math.floor(6000 / messages.length)
    return {
      body: {
        allowed_mentions: { parse: [] },
        embeds: messages.map((message) => ({
          title: cut(message.title, Math.min(200, Math.floor(room / 4))),
          ...(message.url === undefined ? {} : { url: message.url }),
          description: cut(wholeText(message), Math.min(4000, Math.floor(room / 2))),
          footer: { text: cut(labelLine(message), Math.min(300, Math.floor(room / 4))) },
          color: colorOf(message),
          timestamp: new Date(message.at).toISOString(),
        })),
      },
    }
  },
}
