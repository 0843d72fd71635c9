import type { Entry, Identity } from './entry.ts'

const maxMessage = 2000

export const boundedMessage = (text: string): string =>
  text.length <= maxMessage ? text : `${text.slice(0, maxMessage - 1)}…`

export const pendingEntry = (identity: Identity, labelsKey: string, key: string, since: number): Entry => ({
  ...identity,
  key,
  labelsKey,
  since,
  goneAt: null,
  holdFor: 0,
  clearAfter: 0,
  advice: null,
  runbook: null,
  severity: 'warning',
  message: '',
  hushed: false,
  acknowledgement: null,
  acknowledgedSeverity: null,
  mark: null,
  parent: null,
  symptoms: new Set(),
  record: null,
})
