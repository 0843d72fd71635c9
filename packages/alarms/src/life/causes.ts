/** A rule whose alarm explains another one, on the same node or on its network. */
export interface Cause {
  readonly rule: string
  readonly about: 'network' | 'node'
}
