import { cut } from '../form.ts'
import type { Form } from '../form.ts'
import { labelLine, wholeText } from '../message.ts'
import type { Message } from '../message.ts'

const plain = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')

const linkOf = ({ url }: Message): string =>
  url === undefined || url.length > 300
    ? ''
    : `\n<a href="${plain(url).replaceAll('"', '&quot;')}">Open in Netstats</a>`

/** `sendMessage` of Telegram's bots; the token is a part of the address. At most 4096 characters, markup not counted. */
export const telegram: Form = {
  url: 'https://api.telegram.org',
  needs: ['key', 'chat'],
  groups: true,
  most: 5,
  request: (messages, { url, key = '', chat = '' }) => ({
    url: `${url.replace(/\/+$/, '')}/bot${key}/sendMessage`,
    body: {
      chat_id: chat,
      parse_mode: 'HTML',
      link_preview_options: { is_disabled: true },
      text: messages
        .map(
          (message) =>
            `<b>${plain(cut(message.title, 100))}</b>\n${plain(cut(wholeText(message), 550))}\n<i>${plain(cut(labelLine(message), 150))}</i>${linkOf(message)}`,
        )
        .join('\n\n'),
    },
  }),
}
