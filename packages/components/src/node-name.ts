import { nodeId } from '@netstats/protocol'
import { z } from 'zod'

/** Name a node goes by, in every component that watches or reports one. */
export const nodeName = z
  .string()
  .min(1)
  .max(200)
  .regex(/^[^\p{Cc}]*$/u, 'must not contain control characters')
  .transform(nodeId)
  .describe('Name of the node on its network; the same name elsewhere on the network means the same node.')
