import type { RequestCredentials } from '@netstats/sdk/config'
import { requestHeaders } from '@netstats/sdk/config'

/** What a peer may repeat in its answer of what it was asked with, and no log may show: headers, and the secrets in them. */
export const requestSecrets = (given: RequestCredentials): readonly string[] =>
  [...Object.values(requestHeaders(given)), given.bearer?.reveal(), given.basic?.password.reveal()].filter(
    (one) => one !== undefined,
  )
