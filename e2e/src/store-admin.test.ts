import { existsSync, readdirSync, rmSync, statSync, truncateSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { netstats, startAgent, startAnvil, startServer, temporaryFolder, until } from './support/processes.ts'
import type { ServerProcess } from './support/processes.ts'

interface Block {
  readonly number: number
  readonly hash: string
}

/** Runs `netstats store …` to its end. */
interface Ended {
  readonly code: number | string
  readonly output: string
}
const store = (...args: readonly string[]): Promise<Ended> => cli('store', ...args)
const cli = async (...args: readonly string[]): Promise<Ended> => {
  await using running = netstats([...args])
  const code = await running.exit
  return { code, output: running.output() }
}
const json = async <T>(...args: readonly string[]): Promise<T> => {
  const { code, output } = await store(...args, '--json')
  if (code !== 0) throw new Error(`netstats store ${args.join(' ')} ended with ${code}: ${output}`)
  return JSON.parse(output) as T
}
interface Info {
  readonly running: boolean
  readonly tables: readonly { readonly name: string; readonly rows: number }[]
}
const rowsIn = ({ tables }: Info, name: string): number => tables.find((table) => table.name === name)?.rows ?? 0

const keyOf = async (server: ServerProcess): Promise<string | undefined> => {
  const found = (await server.get('/api/v1/networks')) as { networks: readonly { key: string }[] } | undefined
  return found?.networks[0]?.key
}
const blocksOf = async (server: ServerProcess, key: string): Promise<readonly Block[]> => {
  const page = (await server.get(`/api/v1/networks/${key}/history/blocks`)) as { blocks: readonly Block[] } | undefined
  return page?.blocks ?? []
}
const identityOf = ({ number, hash }: Block): string => `${number} ${hash}`

describe('the history of a server', () => {
  it('is described, checked and copied while it is written, and goes on elsewhere from the copy', async () => {
    const home = temporaryFolder('store-admin')
    const data = join(home, 'data')
    const backup = join(home, 'backup')
    const moved = join(home, 'moved')
    let before: readonly Block[] = []
    let key = ''
    {
      await using chain = await startAnvil()
      await using server = await startServer({ data })
      await using _agent = startAgent({ name: 'watched', rpc: chain.ws, server })
      expect(statSync(join(data, 'admin.sock')).mode & 0o777).toBe(0o600)
      const found = await until(
        'blocks in the history',
        async () => {
          key = (await keyOf(server)) ?? ''
          const blocks = key === '' ? [] : await blocksOf(server, key)
          return blocks.length >= 3 ? blocks : undefined
        },
        server,
      )
      before = found
      const info = await json<Info>('info', '--data', data)
      expect(info.running).toBe(true)
      expect(rowsIn(info, 'block')).toBeGreaterThanOrEqual(3)
      expect(rowsIn(info, 'node')).toBe(1)

      expect(await store('verify', '--data', data)).toMatchObject({ code: 0 })
      expect(await cli('backup', backup, '--data', data)).toMatchObject({ code: 0 })
      expect(await store('prune', '--data', data)).toEqual({ code: 0, output: 'Nothing is past its retention.\n' })
      const again = await cli('backup', backup, '--data', data)
      expect([again.code, again.output]).toEqual([1, expect.stringContaining('exists already')])
      const refused = await cli('restore', backup, '--data', data, '--force')
      expect([refused.code, refused.output]).toEqual([1, expect.stringContaining('stop it')])

      // None of it has held up the writing.
      const top = Math.max(...before.map((block) => block.number))
      await until(
        'later blocks',
        async () => ((await blocksOf(server, key)).some((block) => block.number > top + 1) ? true : undefined),
        server,
      )
    }
    expect(existsSync(join(data, 'admin.sock'))).toBe(false)
    expect((await json<Info>('info', '--data', data)).running).toBe(false)

    expect(await cli('restore', backup, '--data', moved)).toMatchObject({ code: 0 })
    expect(await store('verify', '--data', moved)).toMatchObject({ code: 0 })
    {
      await using server = await startServer({ data: moved })
      const after = await blocksOf(server, key)
      expect(after.map(identityOf)).toEqual(expect.arrayContaining(before.map(identityOf)))
      expect(await keyOf(server)).toBe(key)
    }
    rmSync(home, { recursive: true, force: true })
  })

  it('is reached without the server after a kill, and a damaged copy of it is refused', async () => {
    const home = temporaryFolder('store-admin')
    const data = join(home, 'data')
    const backup = join(home, 'backup')
    {
      await using server = await startServer({ data })
      await json<Info>('info', '--data', data)
      server.kill('SIGKILL')
      await server.exit
    }
    expect(existsSync(join(data, 'admin.sock'))).toBe(true)
    expect((await json<Info>('info', '--data', data)).running).toBe(false)
    expect(await store('verify', '--data', data)).toMatchObject({ code: 0 })
    expect(await cli('backup', backup, '--data', data)).toMatchObject({ code: 0 })
    {
      // It takes the place of the socket that was left.
      await using server = await startServer({ data })
      expect((await json<Info>('info', '--data', data)).running).toBe(true)
      server.kill('SIGTERM')
      expect(await server.exit).toBe(0)
    }
    truncateSync(join(backup, 'manifest.json'), 100)
    const refused = await cli('restore', backup, '--data', data, '--force')
    expect([refused.code, refused.output]).toEqual([1, expect.stringContaining('STORE_BACKUP_INVALID')])
    expect(readdirSync(data).filter((name) => name.startsWith('history'))).toEqual(['history'])
    rmSync(home, { recursive: true, force: true })
  })
})
