// Starts a server where no file can grow by a byte, looks at it, and says on standard output how that went.
import { setTimeout as sleep } from 'node:timers/promises'
import { createRecordingLogger } from '@netstats/sdk/testing'
import { WebSocket } from 'ws'
import { serverConfig } from '../config.ts'
import { helloFrame } from '../gateway/ethstats/testing.ts'
import { openServer } from '../server.ts'

const [data = '', raw] = process.argv.slice(2)
const network = '1337'
const log = createRecordingLogger()
const config = serverConfig.parse({
  listen: '127.0.0.1:0',
  data,
  drainTimeout: '1s',
  ethstats: { secret: 's3cret' },
  history: { retention: { raw: raw ?? '2d' } },
})
const server = await openServer({ config, log, version: '0' })
const get = async (path: string): Promise<unknown> => {
  const response = await fetch(server.url + path)
  return response.ok ? response.json() : response.status
}
const accepted = await new Promise<boolean>((resolve) => {
  const agent = new WebSocket(`${server.url.replace('http', 'ws')}/api`)
  agent.on('open', () => agent.send(helloFrame('native', { network })))
  agent.on('message', (frame) => resolve((frame as Buffer).toString() === '{"emit":["ready"]}'))
  agent.on('close', () => resolve(false))
  agent.on('error', () => resolve(false))
})
const dropped = (): boolean => log.entries.some(({ message }) => message === 'dropped what was past its retention')
const looks = raw === undefined ? 0 : 100
for (let i = 0; i < looks && !dropped(); i++) await sleep(100)
const said = {
  ready: await get('/readyz'),
  accepted,
  store: server.parts().find(({ id }) => id === 'store'),
  blocks: await get(`/api/v1/networks/${network}/history/blocks`),
  warnings: log.entries.filter(({ level }) => level === 'warn').map(({ message }) => message),
  errors: log.entries.filter(({ level }) => level === 'error').map(({ message }) => message),
}
await server[Symbol.asyncDispose]()
process.stdout.write(JSON.stringify(said))
process.exit(0)
