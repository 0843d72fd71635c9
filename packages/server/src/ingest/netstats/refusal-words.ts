import type { RefusalReason } from '@netstats/protocol/netstats'
import type { Refusal } from '../counts.ts'

/** What an agent is told where the protocol has another word for it. */
const otherWords: { readonly [R in Refusal]?: RefusalReason } = {
  'malformed-hello': 'malformed',
  'too-much-before-login': 'malformed',
  'store-starting': 'busy',
  'address-rate': 'busy',
  'login-timeout': 'timeout',
  'too-many-connections': 'server-full',
  'too-many-logins': 'busy',
  'too-many-from-address': 'server-full',
}

export const refusalWord = (reason: Refusal): RefusalReason => otherWords[reason] ?? (reason as RefusalReason)
