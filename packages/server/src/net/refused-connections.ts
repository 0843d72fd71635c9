/** What is said when the system has no place for a connection: the process goes on, and somebody has to know. */
import type { Logger } from '@netstats/sdk'
import { createRareLog } from '@netstats/sdk/limits'

/** For the `error` of a listener that listens. A storm of them is a few lines, each with the number since the last. */
export const tellRefused = (log: Pick<Logger, 'error'>, now: () => number): ((error: Error) => void) => {
  const rare = createRareLog()
  return (error) => {
    const times = rare.next((error as NodeJS.ErrnoException).code ?? error.message, now())
    if (times !== undefined) log.error({ error, times }, 'connections could not be taken in')
  }
}
