/** Asks and tells one SNMP peer: a session of the library behind promises, bounded in time and in what is believed. */
import { lookup } from 'node:dns/promises'
import { isIP } from 'node:net'
import type snmp from 'net-snmp'
import type { SnmpAccess } from './access.ts'
import { explained, SnmpError } from './errors.ts'
import { guardedDgram } from './guarded-socket.ts'
import { pduTags, readHeader } from './header.ts'
import { boundKeys, libraryUser, objectTypes } from './library.ts'
import type { SnmpLibrary, Varbind } from './library.ts'

/** This engine where it is the authoritative one, which the sender of a trap is. */
export interface OwnEngine {
  readonly id: Buffer
  readonly boots: number
  /** Seconds since the boot. */
  time(): number
}

export interface SnmpClientOptions {
  readonly host: string
  readonly port: number
  readonly access: SnmpAccess
  /** A request is repeated after this time, and given up after the repetitions. */
  readonly timeoutMs: number
  readonly retries: number
  /** Needed to send traps of version 3. */
  readonly engine?: OwnEngine
  /** Calls off what is under way. */
  readonly signal: AbortSignal
}

export interface SnmpClient extends AsyncDisposable {
  /** Values of objects, in the order asked; those that the peer does not have are errors in their type. */
  get(oids: readonly string[]): Promise<readonly Varbind[]>
  /** What the peer has below an object, at most `max` of it. */
  walk(oid: string, max: number): Promise<readonly Varbind[]>
  /** Resolves when it was sent. */
  trap(oid: string, varbinds: readonly Varbind[]): Promise<void>
  /** Resolves when the peer has acknowledged it. */
  inform(oid: string, varbinds: readonly Varbind[]): Promise<void>
}

const perBulk = 20

export const openSnmpClient = async (library: SnmpLibrary, options: SnmpClientOptions): Promise<SnmpClient> => {
  const { host, port, access, engine, signal } = options
  signal.throwIfAborted()
  const { address, family } = isIP(host) > 0 ? { address: host, family: isIP(host) } : await lookup(host)
  const place = `${host}:${port}`
  const pending = new Set<(error: unknown) => void>()
  const failAll = (error: unknown): void => {
    for (const fail of pending) fail(error)
  }
  const isSecure = access.user?.auth !== undefined

  const receive = (bytes: Buffer, from: { address: string; port: number }, handle: () => void): void => {
    // Only the one who was asked may answer.
    if (from.address !== address || from.port !== port) return
    const header = readHeader(bytes)
    if (header === undefined)
      return failAll(new SnmpError('SNMP_ANSWER', `${place} answers with what is no SNMP message`))
    // The library would take an answer in clear for one that was asked for with keys. Reports come before keys are agreed.
    if (isSecure && !header.isAuthenticated && header.pdu !== pduTags.report) return
    try {
      handle()
    } catch {
      failAll(new SnmpError('SNMP_ANSWER', `${place} answers with a malformed message`))
    }
  }

  const session = openSession(library, address, family, guardedDgram({ receive }), options)
  session.on('error', (error) => failAll(error))
  if (engine !== undefined) stampTraps(session, engine)
  const onAbort = (): void => failAll(signal.reason)
  signal.addEventListener('abort', onAbort, { once: true })

  const ask = <T>(start: (done: (error: Error | null, value?: T) => void) => void): Promise<T> =>
    new Promise<T>((resolve, reject) => {
      signal.throwIfAborted()
      const fail = (error: unknown): void => {
        pending.delete(fail)
        reject(error)
      }
      pending.add(fail)
      start((error, value) => {
        pending.delete(fail)
        if (error) reject(explained(error, place, access.user?.name))
        else resolve(value as T)
      })
    })

  return {
    get: (oids) => ask((done) => session.get([...oids], done as snmp.GetSetCallback)),
    async walk(oid, max) {
      const found: Varbind[] = []
      const below = `${oid}.`
      for (let at = oid; found.length < max; ) {
        const rows = await ask<readonly (readonly Varbind[])[]>((done) =>
          session.getBulk([at], 0, perBulk, done as snmp.GetBulkCallback),
        )
        for (const one of rows[0] ?? []) {
          if (one.type === objectTypes.endOfMibView || !one.oid.startsWith(below)) return found
          // The library lets the same one pass again, and an agent that has only that one would be asked for ever.
          if (one.oid === at) throw new SnmpError('SNMP_ANSWER', `${place} answers with ${at} again and again`)
          at = one.oid
          if (found.length < max) found.push(one)
        }
        if ((rows[0] ?? []).length === 0) return found
      }
      return found
    },
    trap: (oid, varbinds) => ask((done) => session.trap(oid, varbinds as snmp.Varbind[], done)),
    inform: async (oid, varbinds) => void (await ask((done) => session.inform(oid, varbinds as snmp.Varbind[], done))),
    async [Symbol.asyncDispose]() {
      signal.removeEventListener('abort', onAbort)
      failAll(new SnmpError('SNMP_CLOSED', 'closed'))
      // A second close throws.
      try {
        session.close()
      } catch {}
    },
  }
}

const openSession = (
  library: SnmpLibrary,
  address: string,
  family: number,
  dgramModule: ReturnType<typeof guardedDgram>,
  { port, access, timeoutMs, retries, engine }: SnmpClientOptions,
): snmp.Session => {
  boundKeys(library)
  const common = {
    port,
    trapPort: port,
    timeout: timeoutMs,
    retries,
    transport: family === 6 ? 'udp6' : 'udp4',
    backwardsGetNexts: false,
    dgramModule,
  } as const
  return access.user === undefined
    ? library.createSession(address, access.community?.reveal() ?? '', { ...common, version: library.Version2c })
    : library.createV3Session(address, libraryUser(library, access.user), {
        ...common,
        ...(engine === undefined ? {} : { engineID: engine.id }),
      })
}

/**
 * The library sends traps of version 3 with boots and time of zero. A receiver remembers both and refuses, after 150
 * seconds, what does not go on with its time (RFC 3414, 3.2).
 */
const stampTraps = (session: snmp.Session, engine: OwnEngine): void => {
  const send = session.send.bind(session)
  session.send = (request, isTrap) => {
    const security = request.message.msgSecurityParameters
    if (isTrap && security !== undefined) {
      security.msgAuthoritativeEngineBoots = engine.boots
      security.msgAuthoritativeEngineTime = engine.time()
    }
    return send(request, isTrap)
  }
}
