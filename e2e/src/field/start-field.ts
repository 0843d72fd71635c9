/** What field cases are played with: one server, one agent, and a node each. */
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'
import { startFieldNode } from '../support/field-node.ts'
import type { FieldNode, FieldNodeOptions } from '../support/field-node.ts'
import { freePort, netstats, startServer, temporaryFolder, until } from '../support/processes.ts'
import type { Running, ServerProcess } from '../support/processes.ts'

/** How long each case is stayed with once it has been seen; longer in `npm run proof:field`. */
export const watchedMs = Number(process.env['NETSTATS_FIELD_SECONDS'] ?? 6) * 1000

export interface FieldCase extends Omit<FieldNodeOptions, 'chainId'> {
  /** Asked over HTTP unless told. */
  readonly by?: 'http' | 'ws'
  /** Part of the address behind host and port. */
  readonly path?: string
  /** What the configuration of the node says besides. */
  readonly node?: Readonly<Record<string, unknown>>
}

export interface Row {
  readonly id: string
  readonly state: string
  readonly blockNumber: number | null
}

export interface Field extends AsyncDisposable {
  readonly server: ServerProcess
  readonly agent: Running
  /** What an agent says of itself: `/healthz` and `/metrics`. */
  readonly said: () => Promise<string>
  readonly node: (name: string) => FieldNode
  /** Key of the network of a case: each has one of its own. */
  readonly network: (name: string) => string
  readonly row: (name: string) => Promise<Row | undefined>
  readonly blocks: (name: string) => Promise<readonly Readonly<Record<string, unknown>>[]>
  /** Waits until the server has the node within `behind` blocks of its height, and stays with it: it must remain there. */
  readonly staysAtHead: (name: string, behind?: number) => Promise<void>
}

export const startField = async (
  cases: Readonly<Record<string, FieldCase>>,
  { firstChain, settings = {} }: { readonly firstChain: number; readonly settings?: object },
): Promise<Field> => {
  const names = Object.keys(cases)
  const chainOf = (name: string): number => firstChain + names.indexOf(name)
  const stack = new AsyncDisposableStack()
  try {
    const nodes = new Map<string, FieldNode>()
    for (const [name, one] of Object.entries(cases))
      nodes.set(name, stack.use(await startFieldNode({ ...one, chainId: chainOf(name) })))
    const server = stack.use(await startServer())
    const port = await freePort()
    const data = temporaryFolder('field')
    stack.defer(() => rmSync(data, { recursive: true, force: true }))
    const watched = Object.entries(cases).map(([name, { by = 'http', path = '', node: own = {} }]) => ({
      type: 'ethereum',
      node: name,
      endpoint: `${nodes.get(name)?.[by]}${path}`,
      identityInterval: '5s',
      ...own,
    }))
    const sink = { type: 'netstats', endpoint: `ws://127.0.0.1:${server.port}`, secret: server.secret }
    const config = {
      sources: watched,
      sinks: [sink],
      data: join(data, 'spool'),
      metrics: { listen: `127.0.0.1:${port}` },
      ...settings,
    }
    const file = join(data, 'agent.yaml')
    writeFileSync(file, JSON.stringify(config), { mode: 0o600 })
    const agent = stack.use(netstats(['agent', '--config', file, '--log-format', 'json', '--log-level', 'debug']))
    const page = async (path: string): Promise<string> => (await fetch(`http://127.0.0.1:${port}${path}`)).text()
    const nodeOf = (name: string): FieldNode => {
      const node = nodes.get(name)
      if (node === undefined) throw new Error(`there is no case ${name}`)
      return node
    }
    const network = (name: string): string => String(chainOf(name))
    const row: Field['row'] = async (name) => {
      const answer = await server.get(`/api/v1/networks/${network(name)}/nodes`)
      const { nodes: rows = [] } = (answer ?? {}) as { readonly nodes?: readonly Row[] }
      return rows.find((one) => one.id === name)
    }
    const staysAtHead: Field['staysAtHead'] = async (name, behind = 2) => {
      const isThere = async (): Promise<true | undefined> => {
        const height = nodeOf(name).height()
        const seen = await row(name)
        return seen?.state === 'active' && (seen.blockNumber ?? -1) >= height - behind ? true : undefined
      }
      await until(`${name} at its head`, isThere, agent)
      const end = performance.now() + watchedMs
      while (performance.now() < end) {
        // A machine with much to do may be late; a node that is left behind does not come back by itself in time.
        await until(`${name} still at its head`, isThere, agent, 5000)
        await new Promise((resolve) => setTimeout(resolve, 250))
      }
      expect(nodeOf(name).height()).toBeGreaterThan(20)
    }
    const disposal = stack.move()
    return {
      server,
      agent,
      said: async () => `${await page('/healthz')}\n${await page('/metrics')}`,
      node: nodeOf,
      network,
      row,
      blocks: async (name) => {
        const answer = await server.get(`/api/v1/networks/${network(name)}/blocks`)
        return ((answer ?? {}) as { readonly blocks?: readonly Readonly<Record<string, unknown>>[] }).blocks ?? []
      },
      staysAtHead,
      [Symbol.asyncDispose]: () => disposal[Symbol.asyncDispose](),
    }
  } catch (error) {
    await stack[Symbol.asyncDispose]()
    throw error
  }
}
