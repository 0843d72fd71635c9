import { hash } from 'node:crypto'
import type { Identity } from './entry.ts'

const maxLabels = 16
const maxName = 100
const maxValue = 200

const digest = (text: string, length: number): string => hash('sha256', text, 'hex').slice(0, length)

/** What is cut stays apart from others that begin the same. */
const bounded = (text: string, length: number): string =>
  text.length <= length ? text : `${text.slice(0, length - 10)}…${digest(text, 8)}`

/** Labels within bounds and in the order of their names: the same ones are written the same. */
export const boundedLabels = (labels: Readonly<Record<string, string>>): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(labels)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .slice(0, maxLabels)
      .map(([name, value]) => [bounded(name, maxName), bounded(value, maxValue)]),
  )

/** Of labels as `boundedLabels` gives them. */
export const keyOfLabels = (labels: Readonly<Record<string, string>>): string => {
  const entries = Object.entries(labels)
  return entries.length === 0 ? '' : JSON.stringify(entries)
}

export const keyOf = ({ kind, network, node, rule }: Identity, labelsKey: string): string =>
  JSON.stringify([kind, network, node, rule, labelsKey])

/** The same for the same occurrence, also after a crash. */
export const idOf = (key: string, startsAt: number): string => digest(`${key}\n${startsAt}`, 20)

export const outageRule = 'many-nodes'

export const outageIdentity = (network: string | null, rule: string): Identity => ({
  kind: 'outage',
  network,
  node: null,
  rule: outageRule,
  labels: { rule },
})

export const keyOfOutage = (network: string | null, rule: string): string => {
  const identity = outageIdentity(network, rule)
  return keyOf(identity, keyOfLabels(identity.labels))
}
