import { nodeId } from '@netstats/protocol'
import type { OneNode } from '../component.ts'
import type { z } from 'zod'

/** Options as the host makes them of a part of the configuration: what the schema says of them, and the node. */
export const configFor = <Schema extends z.ZodType>(
  { config }: { readonly config: Schema },
  { node = 'alpha', ...options }: { readonly node?: string; readonly [option: string]: unknown },
): z.output<Schema> & OneNode => Object.assign({}, config.parse(options), { node: nodeId(node) })
