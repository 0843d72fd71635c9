/** Built-in components by the type name that configuration files use. */
import type { SinkDefinition, SourceDefinition } from '@netstats/sdk'
import { ethstats } from './sinks/ethstats/mod.ts'
import { netstats } from './sinks/netstats/mod.ts'
import { ethereum } from './sources/ethereum/mod.ts'
import { host } from './sources/host/mod.ts'

export const sources = { ethereum, host } as const satisfies Readonly<Record<string, SourceDefinition>>
export const sinks = { netstats, ethstats } as const satisfies Readonly<Record<string, SinkDefinition>>
export type { SinkDefinition, SourceDefinition } from '@netstats/sdk'
