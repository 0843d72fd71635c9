/** One change at a time, with why it failed. */
import type { FeedFault } from '@netstats/protocol/feed'
import { type ReadonlySignal, useSignal } from '@preact/signals'
import { sendToServer } from '../rest/rest.ts'

const patienceMs = 15_000

export interface Act {
  readonly busy: ReadonlySignal<boolean>
  readonly fault: ReadonlySignal<FeedFault | undefined>
  /** Resolves with true where it was done. */
  readonly run: (method: 'POST' | 'DELETE', path: string, body?: object) => Promise<boolean>
}

export function useAct(): Act {
  const busy = useSignal(false)
  const fault = useSignal<FeedFault | undefined>(undefined)
  return {
    busy,
    fault,
    run: async (method, path, body) => {
      busy.value = true
      const answer = await sendToServer(method, path, body, AbortSignal.timeout(patienceMs)).catch(() => undefined)
      busy.value = false
      fault.value = answer?.ok
        ? undefined
        : (answer?.fault ?? { code: 'API_UNREACHABLE', message: 'The server does not answer in time.' })
      return answer?.ok === true
    },
  }
}
