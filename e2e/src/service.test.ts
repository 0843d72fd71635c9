import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { freePort, netstats, run, temporaryFolder, until } from './support/processes.ts'
import type { Running } from './support/processes.ts'

/** Takes what is sent to a Unix datagram socket as a service manager does, and prints a line of JSON for each message. */
const receiver = `
import json, socket, sys
taker = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
taker.bind(sys.argv[1])
print('"listening"', flush=True)
while True:
    print(json.dumps(taker.recv(4096).decode().splitlines()), flush=True)
`

interface Manager extends AsyncDisposable {
  /** What a process started by it finds in its environment; the watchdog waits a second. */
  readonly env: Readonly<Record<string, string>>
  /** Assignments of each message, in their order; those by which the sender waits for the receipt are left out. */
  messages(): readonly (readonly string[])[]
}

const startManager = async (): Promise<Manager> => {
  const folder = temporaryFolder('service')
  const socket = join(folder, 'notify')
  const running = run('python3', ['-c', receiver, socket])
  const lines = (): unknown[] =>
    running
      .output()
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as unknown)
  await until('the receiver', async () => (lines().length > 0 ? true : undefined), running)
  return {
    env: { NOTIFY_SOCKET: socket, WATCHDOG_USEC: '1000000' },
    messages: () => (lines().slice(1) as string[][]).filter(([first]) => first !== 'BARRIER=1'),
    async [Symbol.asyncDispose]() {
      await running[Symbol.asyncDispose]()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** Waits for some answers to the watchdog, ends the process, and gives the first assignment of each message. */
const lifeOf = async (manager: Manager, service: Running): Promise<readonly (string | undefined)[]> => {
  const firsts = () => manager.messages().map(([first]) => first)
  const pings = () => firsts().filter((first) => first === 'WATCHDOG=1').length
  await until('answers to the watchdog', async () => (pings() >= 3 ? true : undefined), service)
  service.kill('SIGTERM')
  expect(await service.exit).toBe(0)
  await until('the word that it ends', async () => (firsts().includes('STOPPING=1') ? true : undefined))
  return firsts()
}

const lifeOfAService = (messages: readonly (string | undefined)[]): void => {
  expect(messages[0]).toBe('READY=1')
  expect(messages.at(-1)).toBe('STOPPING=1')
  expect(new Set(messages.slice(1, -1))).toEqual(new Set(['WATCHDOG=1']))
}

describe('a service that systemd started', () => {
  it('the server says when it is ready, that it works, and that it ends', async () => {
    await using manager = await startManager()
    const folder = temporaryFolder('server')
    const port = await freePort()
    await using server = netstats(['server', '--listen', `127.0.0.1:${port}`, '--data', folder], manager.env)
    await until('that it is ready', async () => (manager.messages().length > 0 ? true : undefined), server)
    // It takes what comes by the time it says so.
    expect((await fetch(`http://127.0.0.1:${port}/readyz`)).status).toBe(200)
    expect(manager.messages()[0]).toEqual([
      'READY=1',
      expect.stringMatching(new RegExp(`^STATUS=server at http://127.0.0.1:${port}; `)),
    ])
    lifeOfAService(await lifeOf(manager, server))
    rmSync(folder, { recursive: true, force: true })
  })

  it('the agent says when it is ready, that it works, and that it ends', async () => {
    await using manager = await startManager()
    const folder = temporaryFolder('agent')
    const nobody = `127.0.0.1:${await freePort()}`
    const args = ['agent', '--name', 'a', '--rpc', `http://${nobody}`, '--ethstats', `ws://${nobody}`, '--data', folder]
    await using agent = netstats(args, { ...manager.env, NETSTATS_ETHSTATS_SECRET: 'hush' })
    lifeOfAService(await lifeOf(manager, agent))
    // Nobody to report to is no standstill. Each message may say how the parts are.
    expect(manager.messages()[0]?.[1]).toMatch(/^STATUS=agent with sources: 2, sinks: 1; /)
    rmSync(folder, { recursive: true, force: true })
  })
})
