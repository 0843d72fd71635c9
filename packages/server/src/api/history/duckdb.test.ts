import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Store } from '@netstats/store'
import { openDuckStore } from '@netstats/store/duckdb'
import { filledStore, openTestApi } from './testing/app.ts'
import type { TestApi } from './testing/app.ts'
import { questions } from './testing/questions.ts'
import { fillWorld, worldEnd, worldStart } from './testing/world.ts'

const day = 86_400_000
const range = `from=${worldStart}&to=${worldEnd}`

const linesOf = (text: string): readonly string[] => text.split('\n').toSorted()

describe('the past from DuckDB', () => {
  let folder: string
  let store: Store
  let real: TestApi
  let model: TestApi
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'netstats-api-'))
    const retention = { raw: 10 * day, logs: 10 * day, seconds: 10 * day, minutes: 10 * day, hours: 10 * day }
    store = await openDuckStore({ directory: join(folder, 'store'), retention, now: () => worldEnd })
    await fillWorld(store)
    real = await openTestApi(store)
    model = await openTestApi(await filledStore())
  })
  afterAll(async () => {
    await real[Symbol.asyncDispose]()
    await model[Symbol.asyncDispose]()
    await store[Symbol.asyncDispose]()
    await rm(folder, { recursive: true, force: true })
  })

  it.each(Object.values(questions).flat())('is the same as from the store in memory: %s', async (path) => {
    // Page by page: what a page ends with is where the next one begins.
    for (let next: string | null = path, pages = 0; next !== null && pages < 5; pages++) {
      const given = await real.get(next)
      const wanted = await model.get(next)
      expect([given.status, JSON.parse(given.text)]).toEqual([wanted.status, JSON.parse(wanted.text)])
      next = (JSON.parse(given.text) as { next?: string | null }).next ?? null
    }
    expect(real.log.entries).toEqual([])
  })

  it.each(['log', 'block', 'nodeSample', 'network1m', 'nodeInfo', 'node', 'metricName', 'gap'])(
    'is exported as from the store in memory: %s',
    async (table) => {
      for (const format of ['csv', 'ndjson']) {
        const path = `/networks/1337/export/${table}?format=${format}&${range}`
        const given = await real.get(path)
        // Rows of the same time have no order.
        expect([given.status, linesOf(given.text)]).toEqual([200, linesOf((await model.get(path)).text)])
      }
    },
  )

  it('is exported as Parquet', async () => {
    const { rawPayload, headers } = await real.app.inject(`/api/v1/networks/1337/export/log?format=parquet&${range}`)
    expect(headers['content-type']).toBe('application/vnd.apache.parquet')
    expect([rawPayload.subarray(0, 4).toString(), rawPayload.subarray(-4).toString()]).toEqual(['PAR1', 'PAR1'])
  })
})
