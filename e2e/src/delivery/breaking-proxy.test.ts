import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import { setTimeout as pass } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { openBreakingProxy } from './breaking-proxy.ts'

/** A peer that answers with what it was told, behind a proxy, and somebody who talks to it. */
const setup = async () => {
  const heard: Buffer[] = []
  const echo = createServer((socket) => {
    socket.on('error', () => undefined)
    socket.on('data', (data: Buffer) => {
      heard.push(data)
      socket.write(data)
    })
  }).listen(0, '127.0.0.1')
  await once(echo, 'listening')
  const proxy = await openBreakingProxy((echo.address() as AddressInfo).port)
  const call = async () => {
    const socket: Socket = connect({ host: '127.0.0.1', port: proxy.port })
    let answer = ''
    let ended: string | undefined
    socket.on('data', (data: Buffer) => {
      answer += data.toString()
    })
    socket.on('error', (error: NodeJS.ErrnoException) => {
      ended = error.code
    })
    socket.on('close', () => {
      ended ??= 'closed'
    })
    await once(socket, 'connect')
    return { socket, answer: () => answer, ended: () => ended }
  }
  return {
    proxy,
    call,
    heard: () => Buffer.concat(heard).toString(),
    [Symbol.asyncDispose]: async () => {
      await proxy[Symbol.asyncDispose]()
      echo.close()
    },
  }
}
const when = async (holds: () => boolean): Promise<void> => {
  while (!holds()) await pass(5)
}

describe('a breaking proxy', () => {
  it('lets everything through as long as nobody tells it otherwise', async () => {
    await using t = await setup()
    const caller = await t.call()
    caller.socket.write('hello')
    await when(() => caller.answer() === 'hello')
    expect(t.proxy.passages[0]?.bytes).toBe(10)
    caller.socket.end()
    await when(() => t.proxy.passages.length === 0)
  })

  it('cuts at the byte it was told', async () => {
    await using t = await setup()
    const caller = await t.call()
    await when(() => t.proxy.passages.length === 1)
    t.proxy.passages[0]?.cutAfter('up', 3)
    caller.socket.write('hello')
    await when(() => caller.ended() !== undefined)
    expect(t.heard()).toBe('hel')
    expect(t.proxy.passages).toEqual([])
  })

  it('freezes one way or both, and tells nobody', async () => {
    await using t = await setup()
    const caller = await t.call()
    await when(() => t.proxy.passages.length === 1)
    t.proxy.passages[0]?.freeze('down')
    caller.socket.write('hello')
    await when(() => t.heard() === 'hello')
    await pass(50)
    expect([caller.answer(), caller.ended()]).toEqual(['', undefined])
  })

  it('delays for a while', async () => {
    await using t = await setup()
    const caller = await t.call()
    await when(() => t.proxy.passages.length === 1)
    t.proxy.passages[0]?.delay(100, 1000)
    const from = performance.now()
    caller.socket.write('hello')
    await when(() => caller.answer() === 'hello')
    expect(performance.now() - from).toBeGreaterThan(150)
  })

  it('refuses, and takes in again on the same port', async () => {
    await using t = await setup()
    const { port } = t.proxy
    await t.proxy.refuse()
    await expect(t.call()).rejects.toMatchObject({ code: 'ECONNREFUSED' })
    await t.proxy.listen()
    expect(t.proxy.port).toBe(port)
    await t.call()
  })
})
