import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { shortCases, tableOf } from './hostile/all.ts'
import { arenaSettings, checkGood, createArena, runCase, startGoodClients } from './hostile/arena.ts'
import type { Arena, CaseResult, GoodClients } from './hostile/arena.ts'
import { fuzzCase } from './hostile/cases-frames.ts'
import { startServer } from './support/processes.ts'
import type { ServerProcess } from './support/processes.ts'

// The long form is `npm run proof:hostile`.
describe('a server under attack keeps its good clients, counts what it was sent, and survives', () => {
  const results: CaseResult[] = []
  let server: ServerProcess
  let good: GoodClients
  let arena: Arena

  beforeAll(async () => {
    server = await startServer({ settings: arenaSettings, secret: 's3cret' })
    good = await startGoodClients(server)
    arena = createArena(server, { frames: 2000, floodMs: 3000 })
    await checkGood(server, good)
  })
  afterAll(async () => {
    console.log(tableOf(results))
    await good[Symbol.asyncDispose]()
    await server[Symbol.asyncDispose]()
  })

  it.each(shortCases)('$name', async (one) => {
    results.push(await runCase(arena, good, one))
  })

  it('and holds no more memory when it comes again', async () => {
    const before = results.at(-1)?.rssMb ?? 0
    for (const seed of [2, 3, 4]) results.push(await runCase(arena, good, fuzzCase(seed)))
    expect(results.at(-1)?.rssMb).toBeLessThan(before + 64)
    // Whatever it went through, it never needed more than this.
    expect(Math.max(...results.map(({ rssMb }) => rssMb))).toBeLessThan(600)
  })

  it('and answers its good clients within a second, as a rule', () => {
    const halves = results.map(({ pong50 }) => pong50)
    expect(Math.max(...halves)).toBeLessThan(1000)
    expect(Math.max(...results.map(({ pongMax }) => pongMax))).toBeLessThan(5000)
  })
})
