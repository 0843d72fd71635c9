import { mkdtempSync, rmSync } from 'node:fs'
import { createServer as createHttp } from 'node:http'
import { createServer } from 'node:net'
import type { AddressInfo, Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { findClient, usualEndpoints } from './find-client.ts'

const open: Server[] = []
afterEach(async () => {
  for (const server of open.splice(0)) await new Promise((resolve) => server.close(resolve))
})
const { signal } = new AbortController()

const answerTo = (text: string): string => {
  const { id, method } = JSON.parse(text) as { id: number; method: string }
  return JSON.stringify({ jsonrpc: '2.0', id, result: method === 'eth_chainId' ? '0x1' : 'Testnode/v1\n' })
}

const listen = async (server: Server, where: object): Promise<Server> => {
  open.push(server)
  await new Promise<void>((resolve) => server.listen(where, resolve))
  return server
}

const httpNode = async (answer: (text: string) => string): Promise<string> => {
  const server = createHttp((request, response) => {
    let body = ''
    request.on('data', (chunk: Buffer) => (body += chunk.toString()))
    request.on('end', () => response.setHeader('connection', 'close').end(answer(body)))
  })
  await listen(server, { host: '127.0.0.1', port: 0 })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

describe('findClient', () => {
  it('finds a client over HTTP and says what it is', async () => {
    const endpoint = await httpNode(answerTo)
    expect(await findClient(['http://127.0.0.1:1', endpoint], { signal })).toEqual({ endpoint, client: 'Testnode/v1' })
  })

  it('finds a client behind an IPC socket, whose answer may come in pieces', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'netstats-ipc-'))
    const path = join(folder, 'geth.ipc')
    const server = createServer((socket) =>
      socket.once('data', (chunk: Buffer) => {
        const text = answerTo(chunk.toString())
        socket.write(text.slice(0, 10), () => socket.write(text.slice(10)))
      }),
    )
    await listen(server, { path })
    expect(await findClient([path], { signal })).toEqual({ endpoint: path, client: 'Testnode/v1' })
    rmSync(folder, { recursive: true, force: true })
  })

  it('takes the first of several in the order of preference', async () => {
    const [slow, fast] = [await httpNode(answerTo), await httpNode(answerTo)]
    expect((await findClient([slow, fast], { signal }))?.endpoint).toBe(slow)
  })

  it.each([
    ['a web page', () => '<html>'],
    ['an error', () => '{"jsonrpc":"2.0","id":1,"error":{"code":-32601,"message":"no"}}'],
    ['something else', () => '{"jsonrpc":"2.0","id":1,"result":7}'],
    ['a bare null', () => 'null'],
  ])('is not deceived by a server that answers %s', async (_, answer) => {
    expect(await findClient([await httpNode(answer)], { signal })).toBeUndefined()
  })

  it('gives up on a port that takes connections and says nothing', async () => {
    const server = await listen(createServer(), { host: '127.0.0.1', port: 0 })
    const sockets: AsyncDisposable[] = []
    server.on('connection', (socket) => void sockets.push(socket))
    const { port } = server.address() as AddressInfo
    expect(await findClient([`http://127.0.0.1:${port}`, `ws://127.0.0.1:${port}`], { signal })).toBeUndefined()
    for (const socket of sockets) await socket[Symbol.asyncDispose]()
  })
})

describe('usualEndpoints', () => {
  it('names the standard ports, with those that push first', () => {
    expect(usualEndpoints('/nowhere', 'linux').filter((one) => one.includes('127.0.0.1'))).toEqual([
      'ws://127.0.0.1:8546',
      'ws://127.0.0.1:8545',
      'http://127.0.0.1:8545',
      'http://127.0.0.1:8546',
    ])
  })
  it('names pipes on Windows', () => {
    expect(usualEndpoints('C:\\Users\\me', 'win32')[0]).toBe('\\\\.\\pipe\\geth.ipc')
  })
})
