import type { RefusalReason } from '@netstats/protocol/netstats'
import type { Refusal } from '../../bus/refusals.ts'

/** The protocol's word for a refusal, where it has another one. */
const otherWords: { readonly [R in Refusal]?: RefusalReason } = {
  'secret-required': 'token-required',
  'malformed-hello': 'malformed',
  'too-much-before-login': 'malformed',
  'store-starting': 'busy',
  undecided: 'busy',
  'address-rate': 'busy',
  'login-timeout': 'timeout',
  'too-many-connections': 'server-full',
  'too-many-logins': 'busy',
  'too-many-from-address': 'server-full',
}

export const refusalWord = (reason: Refusal): RefusalReason => otherWords[reason] ?? (reason as RefusalReason)
