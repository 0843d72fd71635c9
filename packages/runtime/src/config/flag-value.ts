import type { Path } from '@netstats/sdk/config'

/** A value given on the command line, where it belongs in the configuration, and what to call it in messages. */
export interface FlagValue {
  readonly name: string
  readonly path: Path
  readonly value: unknown
}
