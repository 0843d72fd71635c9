import type { Cause, CauseTable } from './causes.ts'

const away: Cause = { rule: 'node-inactive', about: 'node' }
const cutOff: Cause = { rule: 'node-without-peers', about: 'node' }
const stands: Cause = { rule: 'chain-stalled', about: 'network' }
const isSplit: Cause = { rule: 'network-split', about: 'network' }
const storeIsDown: Cause = { rule: 'store-down', about: 'server' }
const storeIsBehind: Cause = { rule: 'store-behind', about: 'server' }

/** Of the product's rules. */
export const defaultCauses: CauseTable = {
  'node-inactive': [{ rule: 'network-silent', about: 'network' }],
  'node-without-peers': [away],
  'node-few-peers': [away],
  'node-syncing-long': [away],
  'node-behind': [away, cutOff, stands, isSplit],
  'block-time-off': [stands, isSplit],
  'propagation-slow': [stands, isSplit],
  'store-behind': [storeIsDown],
  'history-incomplete': [storeIsDown, storeIsBehind],
}
