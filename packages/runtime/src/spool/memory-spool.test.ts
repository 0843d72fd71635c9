import { nodeId } from '@netstats/protocol'
import { spoolContract } from '../testing/spool-contract/mod.ts'
import { openMemorySpool } from './memory-spool.ts'

spoolContract('the memory spool', (options) => openMemorySpool({ ...options, reporter: nodeId('agent') }), {
  durable: false,
})
