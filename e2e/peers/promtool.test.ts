/** `promtool check metrics`, of the real Prometheus, on what both programs say of themselves. */
import { spawnSync } from 'node:child_process'
import { expect, it } from 'vitest'
import { loginAt } from '../src/support/peer.ts'
import { freePort, startAgent, startServer, until } from '../src/support/processes.ts'

/** What it finds wrong; empty where all is well. */
const findings = (text: string): string => {
  const { status, stdout, stderr } = spawnSync('promtool', ['check', 'metrics'], { input: text, encoding: 'utf8' })
  return status === 0 ? '' : `${status}: ${stdout}${stderr}`
}

it('finds nothing wrong with the metrics of the server and of the agent', async () => {
  expect(findings('wrong{x="1"} 1\n')).not.toBe('')
  await using server = await startServer({ settings: { metrics: { nodes: true } } })
  using _node = await loginAt(server, { id: 'alpha' })
  const metricsPort = await freePort()
  await using _agent = startAgent({ server, name: 'beta', rpc: 'http://127.0.0.1:9', metricsPort })
  const read = async (url: string): Promise<string> => (await fetch(url)).text()
  const own = await until('metrics of a node', async () => {
    const text = await read(`${server.url}/metrics`)
    return text.includes('netstats_server_chain_node_up{') ? text : undefined
  })
  expect(findings(own)).toBe('')
  const agent = await until('metrics of the agent', () =>
    read(`http://127.0.0.1:${metricsPort}/metrics`).catch(() => undefined),
  )
  expect(agent).toContain('netstats_build_info{program="agent"')
  expect(agent).not.toMatch(/component="[^"]*\d+\.\d+\.\d+\.\d+/)
  expect(findings(agent)).toBe('')
})
