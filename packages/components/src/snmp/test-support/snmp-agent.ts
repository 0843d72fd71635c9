/** A device that speaks SNMP, made of the library's agent, with objects that a test chooses. */
import { createSocket } from 'node:dgram'
import type { RemoteInfo, Socket } from 'node:dgram'
import { once } from 'node:events'
import { loadSnmp } from '../library.ts'

export interface DeviceObject {
  readonly oid: string
  readonly type: number
  readonly value: unknown
}

type Tamper = (answer: Buffer, toPort: number) => readonly Buffer[]

export interface TestDevice extends AsyncDisposable {
  readonly port: number
  /** What becomes of each answer on its way: nothing, or others in its place. */
  tamper(how: Tamper): void
}

interface LibraryAgent {
  getAuthorizer(): { addCommunity(name: string): void; addUser(user: unknown): void }
  getMib(): { setScalarValue(name: string, value: unknown): void }
  registerProvider(provider: unknown): void
  readonly listener: { readonly sockets: Readonly<Record<string, Socket>> }
  close(): void
}

/** The agent listens on a port of its own; what asks it goes through a relay, where answers can be changed. */
export const startDevice = async (
  objects: readonly DeviceObject[],
  { community = 'public', user }: { readonly community?: string; readonly user?: unknown } = {},
): Promise<TestDevice> => {
  const library = await loadSnmp()
  let tamper: Tamper = (answer) => [answer]
  const inner = await freePort()
  const agent = library.createAgent({ port: inner, address: '127.0.0.1' }, () => undefined) as LibraryAgent
  const [socket] = Object.values(agent.listener.sockets)
  if (socket !== undefined) await once(socket, 'listening')
  agent.getAuthorizer().addCommunity(community)
  if (user !== undefined) agent.getAuthorizer().addUser(user)
  for (const [i, { oid, type, value }] of objects.entries()) {
    const name = `object${i}`
    const scalar = oid.replace(/\.0$/, '')
    if (scalar === oid) throw new TypeError(`${oid}: only single objects, which end with .0`)
    agent.registerProvider({ name, type: library.MibProviderType.Scalar, oid: scalar, scalarType: type, maxAccess: 2 })
    agent.getMib().setScalarValue(name, value)
  }

  const outer = createSocket('udp4').bind(0, '127.0.0.1')
  await once(outer, 'listening')
  const relays = new Map<number, Socket>()
  outer.on('message', (bytes: Buffer, from: RemoteInfo) => {
    const known = relays.get(from.port)
    const relay = known ?? createSocket('udp4')
    if (known === undefined) {
      relays.set(from.port, relay)
      relay.on('message', (answer: Buffer) => {
        for (const one of tamper(answer, from.port)) outer.send(one, from.port, from.address)
      })
    }
    relay.send(bytes, inner, '127.0.0.1')
  })
  return {
    port: outer.address().port,
    tamper(how) {
      tamper = how
    },
    async [Symbol.asyncDispose]() {
      for (const relay of relays.values()) relay.close()
      outer.close()
      agent.close()
    },
  }
}

const freePort = async (): Promise<number> => {
  const socket = createSocket('udp4').bind(0, '127.0.0.1')
  await once(socket, 'listening')
  const { port } = socket.address()
  socket.close()
  await once(socket, 'close')
  return port
}

/** Some bytes of it changed, cut or added to, by numbers that come from `random`. */
export const mutated = (message: Buffer, random: () => number): Buffer => {
  const pick = (below: number): number => Math.floor(random() * below)
  const copy = Buffer.from(message)
  for (let n = 1 + pick(4); n > 0; n--) copy[pick(copy.length)] = pick(256)
  const kind = pick(6)
  if (kind === 0) return copy.subarray(0, pick(copy.length))
  if (kind === 1) return Buffer.concat([copy, Buffer.from([pick(256)])])
  return copy
}

/** A random number generator that gives the same numbers again. */
export const seeded = (seed: number): (() => number) => {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}
