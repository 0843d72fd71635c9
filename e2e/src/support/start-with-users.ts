import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import { netstats, startServer, temporaryFolder } from './processes.ts'
import type { ServerProcess } from './processes.ts'

const password = 'correct horse battery'

/** A server with a user for each role, called as the role is, and its data folder, gone with it. */
export const startWithUsers = async (settings: object = {}): Promise<ServerProcess> => {
  const folder = temporaryFolder('pages')
  const data = join(folder, 'data')
  const server = await startServer({ data, settings })
  const file = join(folder, 'password')
  writeFileSync(file, `${password}\n`)
  for (const role of ['admin', 'viewer']) {
    const added = netstats(['users', 'add', role, '--role', role, '--password-file', file, '--data', data])
    expect([await added.exit, added.output()]).toEqual([0, expect.stringContaining(role)])
  }
  return {
    ...server,
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** On the page of the login. */
export const logIn = async (page: Page, name = 'admin', secret = password): Promise<void> => {
  await page.getByLabel('Name').fill(name)
  await page.getByLabel('Password').fill(secret)
  await page.getByRole('button', { name: 'Log in' }).click()
}
