import { fork } from 'node:child_process'
import { resolve } from 'node:path'

/** A server with a fleet inside its process (bench/src/fleet-server.ts): for what depends on how many nodes there are. */
export const startFleetServer = async (nodes: number): Promise<AsyncDisposable & { readonly url: string }> => {
  const file = resolve(import.meta.dirname, '../../../bench/src/fleet-server.ts')
  const child = fork(file, ['--nodes', String(nodes), '--block-time', '1000'], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  const ended = new Promise<void>((done) => child.once('exit', () => done()))
  const { url } = await new Promise<{ url: string }>((done, reject) => {
    child.once('message', (message) => done(message as { url: string }))
    child.once('exit', (code) => reject(new Error(`the server ended with ${code}`)))
  })
  return {
    url,
    async [Symbol.asyncDispose]() {
      child.kill('SIGTERM')
      await ended
    },
  }
}
