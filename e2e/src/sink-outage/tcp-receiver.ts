import { once } from 'node:events'
import { createServer } from 'node:net'
import type { Server, Socket } from 'node:net'
import { freePort } from '../support/processes.ts'

export interface TcpReceiver {
  readonly endpoint: string
  leave(): Promise<void>
  comeBack(): Promise<void>
}

/** Takes what comes over connections. `split` takes whole messages off the front of what came, and says how long they were. */
export const openTcpReceiver = async (split: (came: Buffer) => number): Promise<TcpReceiver> => {
  const port = await freePort()
  const sockets = new Set<Socket>()
  let server: Server | undefined
  const comeBack = async (): Promise<void> => {
    server = createServer((socket) => {
      let came: Buffer = Buffer.alloc(0)
      sockets.add(socket)
      socket.on('data', (chunk: Buffer) => {
        came = Buffer.concat([came, chunk])
        came = came.subarray(split(came))
      })
      socket.on('error', () => undefined)
      socket.once('close', () => sockets.delete(socket))
    })
    server.listen(port, '127.0.0.1')
    await once(server, 'listening')
  }
  await comeBack()
  return {
    endpoint: `127.0.0.1:${port}`,
    comeBack,
    async leave() {
      const closing = server
      server = undefined
      if (closing === undefined) return
      closing.close()
      for (const socket of sockets) socket.destroy()
      await once(closing, 'close')
    },
  }
}
