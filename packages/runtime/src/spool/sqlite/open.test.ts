import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { nodeId } from '@netstats/protocol'
import { spoolContract } from '../../testing/spool-contract/mod.ts'
import { afterAll } from 'vitest'
import { openSpool } from './open.ts'

const root = mkdtempSync(join(tmpdir(), 'netstats-spool-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

spoolContract(
  'the spool on disk',
  ({ place, ...options }) => openSpool({ ...options, directory: join(root, place), reporter: nodeId('agent') }),
  { durable: true },
)
