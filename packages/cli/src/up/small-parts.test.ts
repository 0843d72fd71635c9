import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { block } from './block.ts'
import { nextFreeAddress } from './free-port.ts'
import { keepSecret } from './keep-secret.ts'

const folder = mkdtempSync(join(tmpdir(), 'netstats-up-'))
afterAll(() => rmSync(folder, { recursive: true }))

describe('the next free address', () => {
  it('is the one asked for, or the next above it', async () => {
    const other = createServer().listen(0, '127.0.0.1')
    await new Promise((resolve) => other.once('listening', resolve))
    const { port } = other.address() as AddressInfo
    const found = await nextFreeAddress({ host: '127.0.0.1', port }, 20)
    expect(found?.port).toBeGreaterThan(port)
    expect(await nextFreeAddress({ host: '127.0.0.1', port }, 1)).toBeUndefined()
    other.close()
  })
  it('never passes the last port', async () => {
    const found = await nextFreeAddress({ host: '127.0.0.1', port: 65_535 }, 20)
    expect(found?.port ?? 65_535).toBe(65_535)
  })
})

describe('the secret of an installation', () => {
  it('is made once, for its owner only, and kept', () => {
    const made = keepSecret(folder)
    expect(made.text).toMatch(/^[\w-]{24}$/)
    expect(statSync(made.file).mode & 0o777).toBe(0o600)
    expect(keepSecret(folder)).toEqual(made)
  })
  it('is made again where its file is empty', () => {
    writeFileSync(join(folder, 'ethstats-secret'), '\n')
    expect(keepSecret(folder).text).toHaveLength(24)
  })
})

describe('the block a person reads', () => {
  it('is aligned', () => {
    expect(
      block('T', [
        ['a', 'x'],
        ['long', 'y'],
      ]),
    ).toBe('\n  T\n\n  a     x\n  long  y\n\n')
  })
})
