/** The page of metrics that a real Prometheus has of itself, read by an agent's source. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { answersAt, startPeer } from '../src/support/peer-process.ts'
import { freePort, until } from '../src/support/processes.ts'
import { startRecordingAgent } from '../src/support/recording-agent.ts'

it('reads the page of Prometheus whole, as many series as Prometheus shows', async () => {
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  await using _ = await startPeer({
    program: 'prometheus',
    prepare: (folder) => writeFileSync(join(folder, 'prometheus.yml'), '{}'),
    args: (folder) => [
      `--config.file=${folder}/prometheus.yml`,
      `--storage.tsdb.path=${folder}/data`,
      `--web.listen-address=127.0.0.1:${port}`,
    ],
    ready: () => answersAt(`${url}/-/ready`),
  })
  await using agent = startRecordingAgent({
    sources: [
      { type: 'prometheus', node: 'p', endpoint: `${url}/metrics`, metrics: [], buckets: true, interval: '1s' },
    ],
  })
  const names = await until(
    'the first look',
    async () => {
      const found = agent.observed().flatMap(({ kind, body }) => (kind === 'metric' ? [String(body['name'])] : []))
      return found.includes('prometheus.up') && found.length > 50 ? new Set(found) : undefined
    },
    agent,
  )
  const page = await (await fetch(`${url}/metrics`)).text()
  const shown = page
    .split('\n')
    .flatMap((line) => (line.endsWith(' NaN') ? [] : (/^[a-z][a-z0-9_]*/.exec(line)?.[0] ?? [])))
  expect(shown.length).toBeGreaterThan(100)
  for (const name of shown) expect(names).toContain(name)
  expect(agent.observed().find(({ body }) => body['name'] === 'prometheus.up')).toMatchObject({
    node: 'p',
    body: { value: 1 },
  })
})
