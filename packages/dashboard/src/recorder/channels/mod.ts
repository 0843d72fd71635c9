import type { Channel } from '../model.ts'
import { blockTimeChannel } from './block-time.tsx'
import { forksChannel } from './forks.tsx'
import { gasChannel } from './gas.tsx'
import { propagationChannel } from './propagation.tsx'
import { sealersChannel } from './sealers.tsx'
import { transactionsChannel } from './transactions.tsx'

/** The recorder from top to bottom. A new channel is a new file and a line here. */
export const channels: readonly Channel[] = [
  sealersChannel,
  blockTimeChannel,
  transactionsChannel,
  gasChannel,
  propagationChannel,
  forksChannel,
]
