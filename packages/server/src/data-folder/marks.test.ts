import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { openIdentity } from './identity.ts'
import { noteMarks, readMarks } from './marks.ts'

const root = mkdtempSync(join(tmpdir(), 'netstats-marks-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

describe('what a data folder is known to hold', () => {
  it('stands in its identity, and leaves that as it is', async () => {
    const folder = mkdtempSync(join(root, 'a-'))
    noteMarks(folder, { auth: 'x' })
    expect(readMarks(folder)).toEqual({})
    const { id } = await openIdentity(folder)
    expect(readMarks(folder).auth).toBeUndefined()
    noteMarks(folder, { auth: 'x' })
    noteMarks(folder, { history: true })
    expect(readMarks(folder)).toMatchObject({ auth: 'x', history: true })
    expect((await openIdentity(folder)).id).toBe(id)
    expect(JSON.parse(readFileSync(join(folder, 'server.json'), 'utf8'))).toEqual({
      format: 1,
      id,
      auth: 'x',
      history: true,
    })
  })

  it('is known under its name before 0.2, and written under that of today', async () => {
    const folder = mkdtempSync(join(root, 'c-'))
    const { id } = await openIdentity(folder)
    const path = join(folder, 'server.json')
    writeFileSync(path, JSON.stringify({ format: 1, id, access: 'x', history: true }))
    expect(readMarks(folder)).toMatchObject({ auth: 'x', history: true })
    noteMarks(folder, {})
    expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual({ format: 1, id, auth: 'x', history: true })
  })

  it('is nothing where the identity cannot be read, which is somebody else to tell', () => {
    const folder = mkdtempSync(join(root, 'b-'))
    for (const text of ['', '[]', '7', '{"auth":7}']) {
      writeFileSync(join(folder, 'server.json'), text)
      expect(readMarks(folder).auth).toBeUndefined()
    }
  })
})
