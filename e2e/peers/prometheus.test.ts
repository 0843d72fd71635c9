/** The server's own page of metrics, scraped by a real Prometheus. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { answersAt, startPeer } from '../src/support/peer-process.ts'
import { freePort, startServer, until } from '../src/support/processes.ts'

it('gives Prometheus its metrics, which it stores', async () => {
  await using server = await startServer()
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  await using prometheus = await startPeer({
    program: 'prometheus',
    prepare: (folder) =>
      writeFileSync(
        join(folder, 'prometheus.yml'),
        JSON.stringify({
          global: { scrape_interval: '1s' },
          scrape_configs: [{ job_name: 'netstats', static_configs: [{ targets: [`127.0.0.1:${server.port}`] }] }],
        }),
      ),
    args: (folder) => [
      `--config.file=${folder}/prometheus.yml`,
      `--storage.tsdb.path=${folder}/data`,
      `--web.listen-address=127.0.0.1:${port}`,
    ],
    ready: () => answersAt(`${url}/-/ready`),
  })
  const ask = async (query: string): Promise<readonly { readonly value: readonly [number, string] }[]> => {
    const answer = (await (await fetch(`${url}/api/v1/query?query=${encodeURIComponent(query)}`)).json()) as {
      readonly data: { readonly result: readonly { readonly value: readonly [number, string] }[] }
    }
    return answer.data.result
  }
  const up = await until(
    'the first scrape',
    async () => (await ask('up{job="netstats"} == 1'))[0]?.value[1],
    prometheus,
  )
  expect(up).toBe('1')
  expect((await ask('count({__name__=~"netstats_server_.+"})'))[0]?.value[1]).toMatch(/^[1-9]\d+$/)
})
