/** The parts of a process: opened one after the other, closed in reverse order whatever fails. */
import type { Logger } from '@netstats/sdk'
import { closingReasons } from '../lib/closing.ts'

export interface Parts {
  /** Opens a part. What it puts on its stack is closed before the parts that were opened earlier. */
  open<T>(name: string, open: (stack: AsyncDisposableStack) => T | Promise<T>): Promise<T>
}

export interface OpenParts extends AsyncDisposable {
  /** Names in the order of opening. */
  readonly names: readonly string[]
}

/** Called when a part has opened, with its stack. What it throws counts as a failure of the part. */
export type OnPartOpened = (name: string, stack: AsyncDisposableStack) => void | Promise<void>

export interface PartsOptions {
  readonly log: Pick<Logger, 'error'>
  readonly onOpened?: OnPartOpened | undefined
}

/**
 * Opens the parts of a role. Where one fails, those already open are closed and the reason is thrown; a part that fails
 * while it closes is logged by name and keeps no other from closing.
 */
export const openParts = async <T>(
  { log, onOpened }: PartsOptions,
  openRole: (parts: Parts) => Promise<T>,
): Promise<{ readonly role: T; readonly parts: OpenParts }> => {
  const stack = new AsyncDisposableStack()
  const names: string[] = []
  const parts: Parts = {
    async open(name, open) {
      const own = stack.adopt(new AsyncDisposableStack(), (own) => closePart(name, own, log))
      const opened = await open(own)
      await onOpened?.(name, own)
      names.push(name)
      return opened
    },
  }
  try {
    const role = await openRole(parts)
    return { role, parts: { names, [Symbol.asyncDispose]: () => stack.disposeAsync() } }
  } catch (error) {
    // What fails while it closes is in the log; why the start failed must not be hidden behind it.
    await stack.disposeAsync().catch(() => undefined)
    throw error
  }
}

const closePart = async (part: string, own: AsyncDisposableStack, log: Pick<Logger, 'error'>): Promise<void> => {
  try {
    await own.disposeAsync()
  } catch (error) {
    log.error({ part, reasons: closingReasons(error) }, 'a part could not be closed')
    throw error
  }
}
