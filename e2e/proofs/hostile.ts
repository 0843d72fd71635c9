import { parseArgs } from 'node:util'
import { createArena, arenaSettings, checkGood, runCase, startGoodClients } from '../src/hostile/arena.ts'
import { frameCases } from '../src/hostile/cases-frames.ts'
import { nameCases } from '../src/hostile/cases-names.ts'
import { startServer } from '../src/support/processes.ts'
const { values } = parseArgs({
  options: { frames: { type: 'string', default: '2000' }, only: { type: 'string', default: '' } },
})
await using server = await startServer({ settings: arenaSettings, secret: 's3cret' })
await using good = await startGoodClients(server)
const arena = createArena(server, { frames: Number(values.frames), floodMs: 3000 })
await checkGood(server, good)
for (const one of [...frameCases, ...nameCases]) {
  if (!one.name.includes(values.only)) continue
  try {
    console.log(JSON.stringify(await runCase(arena, good, one)))
  } catch (e) {
    console.log(one.name, 'FAILED', e)
  }
}
console.log(server.output().slice(-2000))
