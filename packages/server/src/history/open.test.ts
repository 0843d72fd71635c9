import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createRecordingLogger } from '@netstats/sdk/testing'
import { afterAll, expect, it } from 'vitest'
import { openIdentity } from '../data-folder/identity.ts'
import { createHealth } from '../telemetry/health.ts'
import { history } from './history-config.ts'
import { filesPart } from './file-watch.ts'
import { openServerHistory } from './open.ts'

const data = mkdtempSync(join(tmpdir(), 'netstats-history-open-'))
afterAll(() => rmSync(data, { recursive: true, force: true }))

it('says that the history of before is gone where its whole folder is, and not where there never was one', async () => {
  await openIdentity(data)
  const look = async () => {
    const health = createHealth(Date.now)
    const log = createRecordingLogger()
    const config = { data, drainTimeout: 1000, history: history.parse({ threads: 1, memory: '256MiB' }) }
    await using _opened = await openServerHistory({ config, log, health, sheds: () => ({}) })
    const part = health.parts().find(({ id }) => id === filesPart)
    return [part?.state, log.entries.filter(({ level }) => level === 'error').length]
  }
  expect(await look()).toEqual(['ok', 0])
  expect(await look()).toEqual(['ok', 0])
  rmSync(join(data, 'history'), { recursive: true })
  expect(await look()).toEqual(['degraded', 1])
  expect(await look()).toEqual(['degraded', 1])
})
