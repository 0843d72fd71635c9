/** Against the machine the tests run on, and against a /proc of our own. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { cpus, tmpdir, totalmem } from 'node:os'
import { join } from 'node:path'
import type { Host } from '@netstats/protocol'
import { observationsIn } from '@netstats/sdk'
import { configFor, createFakeClock, createTestContext, sourceContract } from '@netstats/sdk/testing'
import { describe, expect, it } from 'vitest'
import { hostConfig } from './config.ts'
import { findProcess } from './find-process.ts'
import { openHostSource } from './source.ts'

const config = (more: Record<string, unknown> = {}) => configFor({ config: hostConfig }, { node: 'alpha', ...more })

/** Samples taken ten seconds apart, on a clock that a test moves. */
const samples = async (count: number, options: ReturnType<typeof config>, proc?: string): Promise<readonly Host[]> => {
  const clock = createFakeClock()
  await using source = await openHostSource(options, createTestContext({ clock }), ...(proc ? [{ proc }] : []))
  const stop = new AbortController()
  const found: Host[] = []
  for await (const given of source.observe({ signal: stop.signal })) {
    for (const one of observationsIn(given)) if (one.kind === 'host') found.push(one.body)
    if (found.length >= count) stop.abort()
    else void clock.untilSleeping().then(() => clock.advance(10_000))
  }
  return found
}

describe('the machine this runs on', () => {
  it('is sampled', async () => {
    // Real time: the kernel's counters need some of it to move.
    const options = config({ disks: ['/', '/does/not/exist'], interval: '1s' })
    await using source = await openHostSource(options, createTestContext())
    const observed = source.observe({ signal: AbortSignal.timeout(20_000) })[Symbol.asyncIterator]()
    const next = async (): Promise<Host> => {
      const { value } = await observed.next()
      return (value as { body: Host }).body
    }
    const [first, second] = [await next(), await next()]
    expect(first?.cpus).toBe(cpus().length)
    expect(first?.memoryBytes).toBe(totalmem())
    expect(first?.memoryAvailableBytes).toBeGreaterThan(0)
    expect(first?.diskPath).toBe('/')
    expect(first?.diskFreeBytes).toBeLessThanOrEqual(first?.diskBytes ?? 0)
    expect(first?.uptimeSeconds).toBeGreaterThan(0)
    expect(first).not.toHaveProperty('cpuShare')
    expect(second?.cpuShare).toBeGreaterThanOrEqual(0)
    expect(second?.cpuShare).toBeLessThanOrEqual(1)
    expect(second).not.toHaveProperty('processCpuShare')
  })

  it.runIf(process.platform === 'linux')(
    'knows a process by pid, by pid file, and by the port it listens on',
    async () => {
      const folder = await mkdtemp(join(tmpdir(), 'host-'))
      const pidFile = join(folder, 'node.pid')
      await writeFile(pidFile, `${process.pid}\n`)
      const server = createServer().listen(0, '127.0.0.1')
      await once(server, 'listening')
      const { port } = server.address() as AddressInfo
      expect(await findProcess({ pidFile }, '/proc')).toBe(process.pid)
      expect(await findProcess({ port }, '/proc')).toBe(process.pid)
      expect(await findProcess({ pidFile: '/does/not/exist', port }, '/proc')).toBe(process.pid)
      server.close()
      await once(server, 'close')
      expect(await findProcess({ port }, '/proc')).toBeUndefined()
      expect(await findProcess({ name: 'no-such-program' }, '/proc')).toBeUndefined()
      const [sample] = await samples(1, config({ process: { pid: process.pid } }))
      expect(sample?.processMemoryBytes).toBeGreaterThan(10_000_000)
      expect(sample?.processOpenFiles).toBeGreaterThan(3)
      expect(sample?.processUptimeSeconds).toBeLessThan(sample?.uptimeSeconds ?? 0)
      await rm(folder, { recursive: true })
    },
  )

  it.runIf(process.platform === 'linux')('says nothing more of a process that ended', async () => {
    const child = spawn('sleep', ['60'])
    await once(child, 'spawn')
    const { pid } = child
    const [before] = await samples(1, config({ process: { pid } }))
    expect(before?.processMemoryBytes).toBeGreaterThan(0)
    const gone = once(child, 'exit')
    child.kill('SIGKILL')
    await gone
    const [after] = await samples(1, config({ process: { pid } }))
    expect(Object.keys(after ?? {}).filter((key) => key.startsWith('process'))).toEqual([])
  })
})

describe('a machine of our own', () => {
  const build = async (): Promise<string> => {
    const proc = await mkdtemp(join(tmpdir(), 'proc-'))
    const put = async (path: string, text: string): Promise<void> => {
      await mkdir(join(proc, path, '..'), { recursive: true })
      await writeFile(join(proc, path), text)
    }
    await put('stat', 'cpu  100 0 100 800 0 0 0 0\ncpu0 50 0 50 400 0 0 0 0\ncpu1 50 0 50 400 0 0 0 0\n')
    await put('meminfo', 'MemTotal: 1000 kB\nMemAvailable: 400 kB\nSwapTotal: 0 kB\nSwapFree: 0 kB\n')
    await put('net/tcp', ' 0: 0100007F:2161 00000000:0000 0A 0:0 0:0 0 0 0 777 1\n')
    const stat = (pid: number, name: string, started: number) =>
      `${pid} (${name}) S 1 1 1 0 -1 0 0 0 0 0 100 50 0 0 20 0 1 0 ${started} 1000 10 0`
    await put('31/stat', stat(31, 'geth', 900))
    await put('30/stat', stat(30, 'geth', 500))
    await put('30/status', 'VmRSS: 64 kB\n')
    await put('30/limits', 'Limit  Soft Limit  Hard Limit  Units\nMax open files  1024  4096  files\n')
    await put('32/stat', stat(32, 'a-very-long-pro', 100))
    await mkdir(join(proc, '30/fd'))
    await symlink('socket:[777]', join(proc, '30/fd/5'))
    await symlink('/dev/null', join(proc, '30/fd/6'))
    return proc
  }

  it('is read from its files', async () => {
    const proc = await build()
    const [sample] = await samples(1, config({ process: { name: 'geth' }, disks: [] }), proc)
    expect(sample).toMatchObject({
      cpus: 2,
      memoryBytes: 1_024_000,
      memoryAvailableBytes: 409_600,
      swapBytes: 0,
      processMemoryBytes: 65_536,
      processOpenFiles: 2,
      processOpenFilesLimit: 1024,
    })
    expect(sample).not.toHaveProperty('diskPath')
    expect(sample).not.toHaveProperty('networkSendRate')
    await rm(proc, { recursive: true })
  })

  it('has its node found: the oldest of a name, names as short as the kernel keeps them, the owner of a port', async () => {
    const proc = await build()
    expect(await findProcess({ name: 'geth' }, proc)).toBe(30)
    expect(await findProcess({ name: 'a-very-long-program-name' }, proc)).toBe(32)
    expect(await findProcess({ port: 8545 }, proc)).toBe(30)
    expect(await findProcess({ port: 8546 }, proc)).toBeUndefined()
    await rm(proc, { recursive: true })
  })

  it('without a /proc is what Node knows', async () => {
    const [first, second] = await samples(2, config(), '/does/not/exist')
    expect(first?.memoryBytes).toBe(totalmem())
    expect(first?.cpus).toBe(cpus().length)
    expect(second).not.toHaveProperty('networkSendRate')
    expect(second).not.toHaveProperty('diskReadRate')
  })
})

sourceContract('host', async () => {
  const source = await openHostSource(config({ interval: '1s' }), createTestContext())
  return { source, [Symbol.asyncDispose]: () => source[Symbol.asyncDispose]() }
})

describe('the pace that servers ask for', () => {
  it('stretches the time between two samples to what was asked at least', async () => {
    const clock = createFakeClock()
    let paceMs = 0
    const context = createTestContext({ clock, paceMs: () => paceMs })
    await using source = await openHostSource(config(), context)
    const stop = new AbortController()
    const at: number[] = []
    const reading = (async () => {
      for await (const _ of source.observe({ signal: stop.signal })) at.push(clock.monotonic())
    })()
    const pass = async (seconds: number): Promise<void> => {
      for (let second = 0; second < seconds; second++) {
        await clock.untilSleeping()
        await clock.advance(1000)
      }
    }
    await pass(20)
    paceMs = 25_000
    await pass(60)
    paceMs = 5000
    await pass(20)
    stop.abort()
    await reading
    expect(at).toEqual([0, 10_000, 20_000, 50_000, 80_000, 90_000, 100_000])
  })
})
