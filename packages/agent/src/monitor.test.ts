import { describe, expect, it } from 'vitest'
import { openMonitor } from './monitor.ts'

const open = (ok: boolean) =>
  openMonitor({ host: '127.0.0.1', port: 0 }, { metrics: () => 'a 1\n', health: () => ({ ok, parts: [] }) })

describe('the monitor', () => {
  it('serves metrics and health, and nothing else', async () => {
    await using monitor = await open(true)
    const url = `http://127.0.0.1:${monitor.address.port}`
    const metrics = await fetch(`${url}/metrics?x=1`)
    expect([metrics.status, metrics.headers.get('content-type'), await metrics.text()]).toEqual([
      200,
      'text/plain; version=0.0.4; charset=utf-8',
      'a 1\n',
    ])
    const health = await fetch(`${url}/healthz`)
    expect([health.status, await health.json()]).toEqual([200, { ok: true, parts: [] }])
    expect((await fetch(`${url}/`)).status).toBe(404)
    expect((await fetch(`${url}/metrics`, { method: 'POST', body: 'x' })).status).toBe(405)
    expect(await (await fetch(`${url}/metrics`, { method: 'HEAD' })).text()).toBe('')
  })

  it('serves metrics as OpenMetrics where that is asked for', async () => {
    const text = '# HELP a_total Counts.\n# TYPE a_total counter\na_total 1\n'
    await using monitor = await openMonitor(
      { host: '127.0.0.1', port: 0 },
      { metrics: () => text, health: () => ({ ok: true }) },
    )
    const accept = 'application/openmetrics-text;version=1.0.0;q=0.5,text/plain;version=0.0.4;q=0.3'
    const answer = await fetch(`http://127.0.0.1:${monitor.address.port}/metrics`, { headers: { accept } })
    expect([answer.headers.get('content-type'), answer.headers.get('vary'), await answer.text()]).toEqual([
      'application/openmetrics-text; version=1.0.0; charset=utf-8',
      'accept',
      '# HELP a Counts.\n# TYPE a counter\na_total 1\n# EOF\n',
    ])
  })

  it('answers 503 when a human should look', async () => {
    await using monitor = await open(false)
    expect((await fetch(`http://127.0.0.1:${monitor.address.port}/healthz`)).status).toBe(503)
  })

  it('says so where the port is taken', async () => {
    await using monitor = await open(true)
    await expect(
      openMonitor(monitor.address, { metrics: () => '', health: () => ({ ok: true }) }),
    ).rejects.toMatchObject({
      code: 'EADDRINUSE',
    })
  })

  it('ends although a client keeps its connection', async () => {
    const monitor = await open(true)
    await (await fetch(`http://127.0.0.1:${monitor.address.port}/metrics`)).text()
    await monitor[Symbol.asyncDispose]()
    await expect(fetch(`http://127.0.0.1:${monitor.address.port}/metrics`)).rejects.toThrow()
  })
})
