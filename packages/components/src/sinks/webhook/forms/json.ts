import type { Form } from '../form.ts'
import { fillText, valueAt } from '../message.ts'
import type { Message } from '../message.ts'

/** A template's texts filled in; a text that is one place and nothing else becomes the value itself, as number or object. */
const filled = (template: unknown, message: Message): unknown => {
  if (typeof template === 'string') {
    const [, whole] = /^\{\{\s*([^{}\s]+)\s*\}\}$/.exec(template) ?? []
    return whole === undefined ? fillText(template, message) : (valueAt(message, whole) ?? null)
  }
  if (Array.isArray(template)) return template.map((one) => filled(one, message))
  if (typeof template !== 'object' || template === null) return template
  return Object.fromEntries(Object.entries(template).map(([key, one]) => [key, filled(one, message)]))
}

const whole = (message: Message): object => ({
  id: message.id,
  kind: message.item.observation.kind,
  network: message.item.network,
  node: message.item.observation.node,
  observedAt: message.at,
  severity: message.severity,
  title: message.title,
  text: message.text,
  labels: message.labels,
  body: message.item.observation.body,
})

/** `{ observations: [{ id, kind, network, node, observedAt, severity, title, text, labels, body }] }`. */
export const json: Form = {
  most: 500,
  request: (messages) => ({ body: { observations: messages.map(whole) } }),
}

/** What the template of the entry says, for one observation each. */
export const templated: Form = {
  most: 1,
  request: ([message], { template }) => message && { body: filled(template, message) },
}
