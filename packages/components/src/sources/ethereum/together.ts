type Task = (options: { signal: AbortSignal }) => Promise<void>

/** Runs tasks until one ends or fails, then stops the others, waits for them, and throws the first failure. */
export const together = async (tasks: readonly Task[], { signal }: { signal: AbortSignal }): Promise<void> => {
  const own = new AbortController()
  const forward = (): void => own.abort(signal.reason)
  if (signal.aborted) forward()
  signal.addEventListener('abort', forward, { once: true })
  let failure: { error: unknown } | undefined
  try {
    await Promise.all(
      tasks.map(async (task) => {
        try {
          await task({ signal: own.signal })
        } catch (error) {
          if (!own.signal.aborted) failure ??= { error }
        } finally {
          own.abort()
        }
      }),
    )
  } finally {
    signal.removeEventListener('abort', forward)
  }
  if (failure) throw failure.error
}
