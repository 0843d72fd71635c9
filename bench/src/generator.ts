/**
 * One process of the load generator: agents `first … first+count-1` over plain TCP sockets, told what to do by its parent.
 * The schedule is geth's: block and pending at every head, a full report of five messages every 15 s.
 */
import { connect } from 'node:net'
import type { Socket } from 'node:net'
import { frameReader, pongFrame } from './frames.ts'
import { block, blockJson, hello, staticFrames } from './geth-mix.ts'
import type { StaticFrames } from './geth-mix.ts'
import type { ToGenerator, ToParent } from './messages.ts'

interface Agent {
  readonly id: string
  readonly index: number
  readonly socket: Socket
  readonly frames: StaticFrames
}

const agents: Agent[] = []
const sent = { messages: 0, bytes: 0, blocked: 0 }
let ready = 0
let lost = 0
let current: { readonly number: number; readonly json: string } | undefined
let running = false
let secret = ''

const tell = (message: ToParent): void => {
  process.send?.(message)
}

const write = (agent: Agent, frame: Buffer): void => {
  if (agent.socket.writableLength > 1 << 20) {
    sent.blocked++
    return
  }
  sent.messages++
  sent.bytes += frame.length
  agent.socket.write(frame)
}

/** Every agent has an address of its own in 127/8, so neither ports nor limits per address decide the result. */
const sourceAddress = (index: number): string => {
  const n = Math.floor(index / 200)
  return `127.${10 + (n >> 8)}.${n & 255}.${1 + (index % 200)}`
}

const open = (index: number, host: string, port: number): Promise<void> =>
  new Promise((resolve, reject) => {
    const id = `agent-${String(index).padStart(5, '0')}`
    const socket = connect({ host, port, localAddress: sourceAddress(index), noDelay: true })
    const agent: Agent = { id, index, socket, frames: staticFrames(id, index) }
    const read = frameReader()
    let upgraded = false
    socket.once('connect', () => {
      socket.write(
        `GET /api HTTP/1.1\r\nHost: ${host}:${port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
          'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\nOrigin: http://localhost\r\n\r\n',
      )
    })
    socket.on('data', (chunk: Buffer) => {
      let data = chunk
      if (!upgraded) {
        const end = data.indexOf('\r\n\r\n')
        if (end < 0) return
        if (!data.subarray(0, 12).equals(Buffer.from('HTTP/1.1 101'))) {
          reject(new Error(`upgrade refused: ${data.subarray(0, 60).toString()}`))
          socket.destroy()
          return
        }
        upgraded = true
        data = data.subarray(end + 4)
        agents.push(agent)
        socket.write(hello(id, secret))
        resolve()
      }
      for (const frame of read(data)) {
        if (frame.opcode === 9) socket.write(pongFrame(frame.payload))
        else if (frame.opcode === 1 && frame.payload.length < 40 && frame.payload.includes('"ready"')) ready++
      }
    })
    socket.once('error', reject)
    socket.once('close', () => {
      lost++
    })
  })

const openAll = async (host: string, port: number, first: number, count: number): Promise<void> => {
  const wave = 50
  for (let i = 0; i < count; i += wave) {
    await Promise.all(Array.from({ length: Math.min(wave, count - i) }, (_, k) => open(first + i + k, host, port)))
  }
}

const report = (agent: Agent): void => {
  write(agent, agent.frames.ping)
  write(agent, agent.frames.latency)
  if (current) write(agent, block(agent.id, current.json))
  write(agent, agent.frames.pending)
  write(agent, agent.frames.stats)
}

/** Every agent reports once in 15 s; the phases are spread evenly, in steps of 50 ms. */
const reportSteps = 300
let step = 0
const reportTick = (): void => {
  if (!running) return
  for (let i = step; i < agents.length; i += reportSteps) report(agents[i]!)
  step = (step + 1) % reportSteps
}
setInterval(reportTick, 15_000 / reportSteps)

/** A head reaches the agents over `spreadMs`, in slices of 10 ms; sampled agents tell when they sent it. */
const spreadMs = 600
const announce = (number: number, timestampSeconds: number, sampleEvery: number): void => {
  current = { number, json: blockJson(number, timestampSeconds) }
  const json = current.json
  const slices = spreadMs / 10
  for (let slice = 0; slice < slices; slice++) {
    setTimeout(() => {
      for (let i = slice; i < agents.length; i += slices) {
        const agent = agents[i]!
        const frame = block(agent.id, json)
        if (agent.index % sampleEvery === 0) tell({ type: 'sent', id: agent.id, number, at: Date.now() })
        write(agent, frame)
        write(agent, agent.frames.pending)
      }
    }, slice * 10)
  }
}

process.on('message', (message: ToGenerator) => {
  switch (message.type) {
    case 'open':
      secret = message.secret
      openAll(message.host, message.port, message.first, message.count).then(
        () => tell({ type: 'opened' }),
        (error: unknown) => tell({ type: 'failed', reason: String(error) }),
      )
      break
    case 'run':
      running = message.on
      break
    case 'announce':
      announce(message.number, message.timestampSeconds, message.sampleEvery)
      break
    case 'count':
      tell({ type: 'counts', ...sent, ready, lost, pid: process.pid })
      break
    case 'end':
      process.exit(0)
  }
})
process.on('disconnect', () => process.exit(0))
