import { BaseError } from '@netstats/protocol'

/** One thing wrong in a configuration. */
export interface ConfigFault {
  /** The file, variable or flag it came from. */
  readonly origin: string
  readonly line?: number
  readonly column?: number
  /** `sinks[0].url`; empty for faults of the file as a whole. */
  readonly path: string
  readonly message: string
}

/** `agent.yaml:4:10: nodes[0].rpc: found "x", expected …` */
export const formatFault = (fault: ConfigFault): string => {
  const place = fault.line === undefined ? fault.origin : `${fault.origin}:${fault.line}:${fault.column ?? 1}`
  return [place, fault.path, fault.message].filter((part) => part !== '').join(': ')
}

/** A configuration that cannot be used; holds every fault found, in the order of the file. */
export class ConfigError extends BaseError {
  override readonly name = 'ConfigError'
  readonly faults: readonly ConfigFault[]
  constructor(faults: readonly ConfigFault[]) {
    super('CONFIG_INVALID', faults.map(formatFault).join('\n'))
    this.faults = faults
  }
}

export type Path = readonly PropertyKey[]

export const formatPath = (path: Path): string => {
  let out = ''
  for (const part of path) {
    if (typeof part === 'number') out += `[${part}]`
    else out += out === '' ? String(part) : `.${String(part)}`
  }
  return out
}
