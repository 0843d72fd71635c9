/** Keys in addresses: whatever an agent says, in logs, states and metrics, they are in none of it. */
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { startFieldNode } from '../support/field-node.ts'
import { freePort, netstats, temporaryFolder, until } from '../support/processes.ts'

const key = 'PLACEHOLDERKEY'

/** All that an agent says while it tries to reach these. */
const saidBy = async (nodes: readonly object[], endpoint: string, seen: RegExp): Promise<string> => {
  const data = temporaryFolder('keys')
  const port = await freePort()
  const file = join(data, 'agent.yaml')
  const config = {
    sources: nodes.map((one) => ({ type: 'ethereum', ...one })),
    sinks: [{ type: 'netstats', endpoint, secret: `${key}-shared` }],
    data: join(data, 'spool'),
    metrics: { listen: `127.0.0.1:${port}` },
  }
  writeFileSync(file, JSON.stringify(config), { mode: 0o600 })
  await using agent = netstats(['agent', '--config', file, '--log-format', 'json', '--log-level', 'debug'])
  const page = async (path: string): Promise<string> => (await fetch(`http://127.0.0.1:${port}${path}`)).text()
  const said = await until(
    `${seen}`,
    async () => {
      const all = `${await page('/healthz')}\n${await page('/metrics')}\n${await page('/')}`
      return seen.test(all) ? all : undefined
    },
    agent,
  )
  agent.kill('SIGTERM')
  await agent.exit
  const everything = `${said}\n${agent.output()}`
  rmSync(data, { recursive: true, force: true })
  return everything
}

const addresses = [
  `http://127.0.0.1:9/v3/${key}`,
  `http://127.0.0.1:9/?apikey=${key}`,
  `http://user:${key}@127.0.0.1:9/`,
  `http://${key}@127.0.0.1:9/`,
  `ws://127.0.0.1:9/ws/v3/${key}`,
  `ws://127.0.0.1:9/${key}?${key}=${key}#${key}`,
]
const refusals = [
  { status: 404, text: `no project ${key}` },
  { status: 200, text: `{"jsonrpc":"2.0","id":null,"error":{"code":-32000,"message":"no project ${key}"}}` },
  { status: 200, text: `<h1>${key}</h1>` },
]
/** Number of sources that are in trouble. */
const degraded = (count: number): RegExp => new RegExp(`(?:source/ethereum[^}]*degraded[\\s\\S]*?){${count}}`)

describe('an agent', () => {
  it('that cannot reach its nodes does not show the keys in their addresses', async () => {
    const nodes = addresses.map((rpc, i) => ({ node: `n${i}`, endpoint: rpc }))
    const said = await saidBy(nodes, `ws://127.0.0.1:9/agent?token=${key}`, degraded(nodes.length))
    expect(said).not.toContain(key)
    expect(said).toContain('127.0.0.1:9')
  })

  it('whose nodes repeat what they were asked with does not show it', async () => {
    await using stack = new AsyncDisposableStack()
    const nodes: object[] = []
    for (const [i, refusal] of refusals.entries()) {
      const node = stack.use(await startFieldNode({ chainId: 1, refuse: () => refusal }))
      const rpc = `${node.http}/v3/${key}`
      nodes.push(
        { node: `path-${i}`, endpoint: rpc },
        { node: `header-${i}`, endpoint: node.http, headers: { 'X-Key': key } },
        { node: `other-${i}`, endpoint: node.http, endpoints: [{ url: rpc, bearer: `${key}-bearer` }] },
      )
    }
    expect(await saidBy(nodes, 'ws://127.0.0.1:9', degraded(nodes.length))).not.toContain(key)
  })
})
