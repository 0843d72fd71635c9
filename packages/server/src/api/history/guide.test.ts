import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { problemCodes } from '../../net/problem.ts'
import { filledStore, openTestApi } from './testing/app.ts'
import type { TestApi } from './testing/app.ts'

const guide = readFileSync(new URL('../../../../../docs/guides/rest-history.md', import.meta.url), 'utf8')
const examples = [...guide.matchAll(/^ {4}curl (?:-OJ )?'http:\/\/localhost:3000([^']+)'$/gm)].map(
  (one) => one[1] ?? '',
)

describe('the guide to the past over REST', () => {
  let api: TestApi
  beforeAll(async () => {
    api = await openTestApi(await filledStore())
  })
  afterAll(async () => api[Symbol.asyncDispose]())

  it('has examples', () => {
    expect(examples.length).toBeGreaterThan(15)
    expect(guide.match(/^ {4}curl /gm)?.length).toBe(examples.length)
  })
  it.each(examples)('shows what is answered, with something in it: %s', async (path) => {
    const { status, text } = await api.get(path)
    expect(status).toBe(200)
    expect(text.length).toBeGreaterThan(100)
  })
  it('tells codes and statuses as they are', () => {
    const rows = [...guide.matchAll(/^\| `(API_\w+)` \| (\d+) \|/gm)]
    expect(rows.length).toBeGreaterThan(5)
    for (const [, code, status] of rows) {
      expect(problemCodes[code as keyof typeof problemCodes].status).toBe(Number(status))
    }
  })
})
