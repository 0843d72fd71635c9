/** Authentication in a folder of its own. For tests. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createFakeClock, createRecordingLogger } from '@netstats/sdk/testing'
import type { FakeClock, RecordingLogger } from '@netstats/sdk/testing'
import { authConfig } from '../config.ts'
import type { LoginAttempt } from '../model.ts'
import { openAuth } from '../open.ts'
import type { Auth, AuthOptions } from '../open.ts'
import { createPasswords } from '../passwords.ts'

export const start = 1_700_000_000_000

export interface TestAuth extends AsyncDisposable {
  readonly auth: Auth
  readonly clock: FakeClock
  readonly log: RecordingLogger
  readonly data: string
  /** Closes it and opens it again, as a restart does. */
  again(): Promise<Auth>
}

/** Passwords as they are, but for the time they take. */
export const quickPasswords = () => createPasswords({ memory: 8, passes: 1, lanes: 1 })

export const openTestAuth = async (config: object = {}, options: Partial<AuthOptions> = {}): Promise<TestAuth> => {
  const data = mkdtempSync(join(tmpdir(), 'netstats-auth-'))
  const clock = createFakeClock({ start })
  const log = createRecordingLogger()
  const open = () =>
    openAuth({
      data,
      config: authConfig.parse(config),
      secrets: ['shared secret'],
      clock,
      log,
      passwords: quickPasswords(),
      ...options,
    })
  let auth = await open()
  return {
    get auth() {
      return auth
    },
    clock,
    log,
    data,
    async again() {
      await auth[Symbol.asyncDispose]()
      auth = await open()
      return auth
    },
    async [Symbol.asyncDispose]() {
      await auth[Symbol.asyncDispose]()
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
