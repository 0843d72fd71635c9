import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { freePort, netstats, temporaryFolder, until } from './support/processes.ts'
import type { Running } from './support/processes.ts'

interface Network {
  readonly key: string
  readonly nodes: number
  readonly active: number
  readonly head: { readonly number: number } | null
}

interface Demo extends Running {
  readonly url: string
  readonly chain: string
  network(): Promise<Network | undefined>
}

const startDemo = async (...flags: readonly string[]): Promise<Demo> => {
  const data = temporaryFolder('demo')
  const port = await freePort()
  const folder = join(data, 'deep')
  const running = netstats(['demo', '--listen', `127.0.0.1:${port}`, '--data', folder, '--block-time', '1', ...flags])
  const url = `http://127.0.0.1:${port}`
  const chain = await until('demo', async () => /ws:\/\/127\.0\.0\.1:\d+/.exec(running.output())?.[0], running)
  return {
    ...running,
    url,
    chain,
    network: async () => {
      const answer = (await (await fetch(`${url}/api/v1/networks`)).json()) as { networks: readonly Network[] }
      return answer.networks[0]
    },
    async [Symbol.asyncDispose]() {
      await running[Symbol.asyncDispose]()
      rmSync(data, { recursive: true, force: true })
    },
  }
}

const isGone = async (url: string): Promise<true | undefined> =>
  fetch(url.replace(/^ws/, 'http')).then(
    () => undefined,
    () => true,
  )

describe('netstats demo', () => {
  it('shows all nodes active on a chain that moves, and leaves nothing behind on Ctrl-C', async () => {
    await using demo = await startDemo('--script', 'calm')
    const first = await until(
      'seven nodes',
      async () => {
        const network = await demo.network()
        return network?.active === 7 && network.head !== null ? network : undefined
      },
      demo,
    )
    await until(
      'the next block',
      async () => {
        const network = await demo.network()
        return (network?.head?.number ?? 0) > (first.head?.number ?? 0) ? true : undefined
      },
      demo,
    )
    expect(first.nodes).toBe(7)
    expect(first.key).toBe('13371')
    expect(await (await fetch(`${demo.url}/`)).text()).toContain('<html')
    expect(demo.output()).toContain(`Dashboard   ${demo.url}/`)

    demo.kill('SIGINT')
    expect(await demo.exit).toBe(0)
    expect(await isGone(demo.chain)).toBe(true)
  })

  it('plays a script of a file on the engine that was asked for, and says what it plays', async () => {
    const folder = temporaryFolder('script')
    const script = join(folder, 'script.yaml')
    writeFileSync(
      script,
      'scenes: [{ at: 0s, do: stop, node: validator-2 }, { at: 1s, do: start, node: validator-2, say: it returns }]',
    )
    await using demo = await startDemo('--engine', 'clique', '--validators', '3', '--script', script)
    await until('the script', async () => demo.output().includes('it returns') || undefined, demo)
    expect(demo.output()).toContain('validator-2 goes offline')
    expect(demo.output()).toContain('clique, 3 validators')
    rmSync(folder, { recursive: true, force: true })
  })

  it('takes its chain with it when it is killed hard', async () => {
    await using demo = await startDemo()
    demo.kill('SIGKILL')
    expect(await demo.exit).toBe('SIGKILL')
    await until('the end of the chain', () => isGone(demo.chain), undefined, 5000)
  })
})
