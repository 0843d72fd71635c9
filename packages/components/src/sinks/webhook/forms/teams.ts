import { cut } from '../form.ts'
import type { Form } from '../form.ts'
import { labelLine, wholeText } from '../message.ts'
import type { Message } from '../message.ts'

const colorName = ({ severity, alarm }: Message): string => {
  if (alarm?.step === 'cleared') return 'Good'
  if (severity <= 3) return 'Attention'
  return severity === 4 ? 'Warning' : 'Default'
}

/** Cards read Markdown: what has a meaning there is escaped. */
const plain = (text: string): string => text.replaceAll(/[\\`*_{}[\]()#+!|>~]/g, '\\$&')

const block = (text: string, more: object = {}): object => ({ type: 'TextBlock', text, wrap: true, ...more })

/** The workflow "post to a channel when a webhook request is received" of Microsoft Teams: an Adaptive Card, at most 28 KB. */
export const teams: Form = {
  groups: true,
  most: 10,
  request: (messages) => ({
    body: {
      type: 'message',
      attachments: [
        {
          contentType: 'application/vnd.microsoft.card.adaptive',
          contentUrl: null,
          content: {
            $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
            type: 'AdaptiveCard',
            version: '1.4',
            msteams: { width: 'Full' },
            body: messages.flatMap((message) => [
              block(cut(plain(message.title), 200), { weight: 'Bolder', color: colorName(message) }),
              // Lines of Markdown are one paragraph unless something is between them.
              block(cut(plain(wholeText(message)), 1000).replaceAll('\n', '\n\n')),
              ...(message.url === undefined ? [] : [block(`[Open in Netstats](${message.url})`, { spacing: 'None' })]),
              block(cut(plain(`${labelLine(message)} ${new Date(message.at).toISOString()}`), 300), {
                isSubtle: true,
                size: 'Small',
                spacing: 'None',
              }),
            ]),
          },
        },
      ],
    },
  }),
}
