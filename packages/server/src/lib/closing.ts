/** How what is closed together ends. */
import { reasonOf } from '@netstats/sdk'

/** Every step that failed: each is inside the one that failed after it. */
export const closingReasons = (error: unknown): readonly string[] =>
  error instanceof SuppressedError
    ? [...closingReasons(error.suppressed), ...closingReasons(error.error)]
    : [reasonOf(error)]
