/** Access in a folder of its own. For tests. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createFakeClock, createRecordingLogger } from '@netstats/sdk/testing'
import type { FakeClock, RecordingLogger } from '@netstats/sdk/testing'
import { access as accessConfig } from '../config.ts'
import type { LoginAttempt } from '../model.ts'
import { openAccess } from '../open.ts'
import type { Access, AccessOptions } from '../open.ts'
import { createPasswords } from '../passwords.ts'

export const start = 1_700_000_000_000

export interface TestAccess extends AsyncDisposable {
  readonly access: Access
  readonly clock: FakeClock
  readonly log: RecordingLogger
  readonly data: string
  /** Closes it and opens it again, as a restart does. */
  again(): Promise<Access>
}

/** Passwords as they are, but for the time they take. */
export const quickPasswords = () => createPasswords({ n: 16, r: 8, p: 1 })

export const openTestAccess = async (
  config: object = {},
  options: Partial<AccessOptions> = {},
): Promise<TestAccess> => {
  const data = mkdtempSync(join(tmpdir(), 'netstats-access-'))
  const clock = createFakeClock({ start })
  const log = createRecordingLogger()
  const open = () =>
    openAccess({
      data,
      config: accessConfig.parse(config),
      secrets: ['shared secret'],
      clock,
      log,
      passwords: quickPasswords(),
      ...options,
    })
  let access = await open()
  return {
    get access() {
      return access
    },
    clock,
    log,
    data,
    async again() {
      await access[Symbol.asyncDispose]()
      access = await open()
      return access
    },
    async [Symbol.asyncDispose]() {
      await access[Symbol.asyncDispose]()
      rmSync(data, { recursive: true, force: true })
    },
  }
}

export const operator = { name: 'olga', via: 'session', address: '192.0.2.9' } as const

/** A login of a native node with the shared secret. */
export const attemptOf = (more: Partial<LoginAttempt> = {}): LoginAttempt => ({
  protocol: 'ethstats',
  id: 'node-1',
  node: more.id ?? 'node-1',
  networkId: '1337',
  secret: 'shared secret',
  address: '192.0.2.1',
  at: start,
  ...more,
})
