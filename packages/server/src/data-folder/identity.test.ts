import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openIdentity } from './identity.ts'

let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'netstats-identity-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

describe('the identity of a server', () => {
  it('is made in a folder that is made too, and kept; each run has an epoch of its own', async () => {
    const path = join(folder, 'deep', 'data')
    const first = await openIdentity(path)
    const second = await openIdentity(path)
    expect(second.id).toBe(first.id)
    expect(second.epoch).not.toBe(first.epoch)
    expect(JSON.parse(await readFile(join(path, 'server.json'), 'utf8'))).toEqual({ format: 1, id: first.id })
  })

  it('is not replaced in silence when its file is damaged', async () => {
    for (const text of ['', '{"format":1', '{"format":1,"id":"x"}', '{"format":2}']) {
      await writeFile(join(folder, 'server.json'), text)
      await expect(openIdentity(folder)).rejects.toMatchObject({ code: 'SERVER_IDENTITY_CORRUPT' })
    }
  })

  it('says what to do when the folder cannot be used', async () => {
    await writeFile(join(folder, 'file'), '')
    await expect(openIdentity(join(folder, 'file', 'data'))).rejects.toMatchObject({
      code: 'SERVER_DATA_UNWRITABLE',
      message: expect.stringContaining('--data'),
    })
    await writeFile(join(folder, 'plain'), '')
    await chmod(join(folder, 'plain'), 0o600)
    await expect(openIdentity(join(folder, 'plain'))).rejects.toMatchObject({ code: 'SERVER_DATA_UNWRITABLE' })
  })
})
