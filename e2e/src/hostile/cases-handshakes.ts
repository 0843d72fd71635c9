/** Logins and upgrade requests that are larger than anybody needs, of both protocols of agents and of readers. */
import { limits } from '@netstats/protocol/netstats'
import { agentHello, helloOf } from '../support/agent-hello.ts'
import { connect, hello, isReady } from '../support/peer.ts'
import { opcodes, openRaw, rawFrame, upgradeRaw, upgradeRequest } from '../support/raw.ts'
import type { Harness, HostileCase } from './harness.ts'

const long = (length: number): string => 'x'.repeat(length)
const key = Buffer.alloc(32, 1).toString('base64')
/** What is no hello is answered at once; a minute would be a server that works on it. */
const promptlyMs = 5000

/** What the server says to frames on a fresh connection, before it ends it. Fails where it does not end it, or soon. */
const answerTo = async (harness: Harness, path: string, frames: readonly string[], after = ''): Promise<string> => {
  using raw = await upgradeRaw(harness.server, path, harness.address())
  for (const [i, frame] of frames.entries()) {
    await raw.send(rawFrame(opcodes.text, frame))
    if (i === 0 && after !== '') await raw.told(after)
  }
  const from = performance.now()
  // It answers the close like anybody does.
  await Promise.race([raw.told('"refuse"'), raw.ended]).catch(() => undefined)
  await raw.send(rawFrame(opcodes.close, Buffer.from([0x03, 0xe8])))
  await raw.ended
  if (performance.now() - from > promptlyMs) throw new Error('it was not ended at once')
  return raw.text().split('\r\n\r\n')[1] ?? ''
}

const { agentChars, frameBytes, headerChars, softwareChars, tokenChars } = limits
const agentHellos: readonly (readonly [name: string, frame: string])[] = [
  ['an id too long by one', agentHello('x', { agent: long(agentChars + 1) })],
  ['a node too long by one', agentHello('x', { node: long(limits.nodeChars + 1) })],
  ['a token too long by one', agentHello('x', { token: long(tokenChars + 1) })],
  ['a software too long by one', agentHello('x', { software: long(softwareChars + 1) })],
  ['a key of 10 kB', agentHello('x', { key: Buffer.alloc(7500, 1).toString('base64') })],
  ['a spool of 10 kB', agentHello('x', { spool: 'a'.repeat(10_000) })],
  ['a hello too long by spaces', agentHello('x').padEnd(headerChars + 1)],
  ['a hello of 7 MB', agentHello('x', { token: long(frameBytes - 1_000_000) })],
  ['a hello of 100,000 lines', `${agentHello('x')}${'\n{}'.repeat(100_000)}`],
  ['a hello of 2,000 fields', JSON.stringify({ ...helloOf('x'), ...manyFields(2000) })],
  ['a batch of 5 MB before the hello', `{"type":"batch","after":0,"count":1,"number":1}\n${long(5_000_000)}`],
]
/** Fields nobody knows are left aside, and their depth with them: it is refused for what it does not show. */
const deep = agentHello('x').replace(/}$/, `,"deep":${'['.repeat(7000)}${']'.repeat(7000)}}`)
const proofs: readonly (readonly [name: string, frame: string])[] = [
  ['a signature of 15 kB', `{"type":"proof","signature":"${'A'.repeat(15_000)}"}`],
  ['a signature of 7 MB', `{"type":"proof","signature":"${'A'.repeat(7_000_000)}"}`],
  ['a signature too short by one byte', `{"type":"proof","signature":"${Buffer.alloc(63).toString('base64')}"}`],
  ['no signature but an object', `{"type":"proof","signature":{"length":64}}`],
]

function manyFields(count: number): object {
  return Object.fromEntries(Array.from({ length: count }, (_, i) => [`f${i}`, i]))
}

/** More than this of a peer that has not logged in is not waited for: it is cut without a word. */
const mostBeforeLogin = 256 << 10
const isCut = (frame: string): boolean => frame.length > mostBeforeLogin
const cutFrames = [...agentHellos, ...proofs].filter(([, frame]) => isCut(frame)).length
const isRefused = (told: string, frame: string): boolean =>
  !told.includes('welcome') && told.includes('"reason":"malformed"') === !isCut(frame)

const largeAgentLogins: HostileCase = {
  name: 'oversized logins of netstats agents',
  async run(harness) {
    for (const [name, frame] of agentHellos) {
      const told = await answerTo(harness, '/agent', [frame])
      if (!isRefused(told, frame)) throw new Error(`${name} was answered with ${told.slice(0, 300)}`)
    }
    const toDeep = await answerTo(harness, '/agent', [deep])
    if (!toDeep.includes('"reason":"bad-secret"')) throw new Error(`depth was answered with ${toDeep}`)
    for (const [name, frame] of proofs) {
      const told = await answerTo(harness, '/agent', [agentHello('x', { key }), frame], '"challenge"')
      if (!isRefused(told, frame)) throw new Error(`${name} was answered with ${told.slice(0, 300)}`)
    }
    const told = await answerTo(harness, '/agent', [long(frameBytes + 1)])
    if (told.includes('refuse')) throw new Error('more than a frame may hold was read')
    return `${agentHellos.length + 1} kinds of hello, ${proofs.length} of proof, a frame too long`
  },
  counted: {
    'netstats_refused_total{reason="malformed-hello"}': agentHellos.length + proofs.length - cutFrames,
    'netstats_refused_total{reason="too-much-before-login"}': cutFrames,
    'netstats_bad_frames_total{code="oversized"}': 1,
  },
}

const largeNativeLogins: HostileCase = {
  name: 'oversized logins of native nodes',
  async run(harness) {
    const { port, secret } = harness.server
    const kinds: readonly (readonly [name: string, frame: string, isIn: boolean])[] = [
      ['a secret of 100 kB', hello({ id: 'large', secret: long(100_000) }), false],
      ['a secret of 900 kB', hello({ id: 'large', secret: long(900_000) }), false],
      ['a hello of 5 MB', hello({ id: 'large', secret, name: long(5_000_000) }), false],
      // What is there is used; what is too much of it is left out.
      ['a hello of 2,000 fields', hello({ id: 'large-fields', secret, more: manyFields(2000) }), true],
      ['a name of 10 kB', hello({ id: 'large-name', secret, name: long(10_000) }), true],
    ]
    for (const [name, frame, isIn] of kinds) {
      using peer = await connect(`ws://127.0.0.1:${port}/api`, { address: harness.address() })
      await peer.send(frame)
      const from = performance.now()
      const outcome = await Promise.race([peer.first(isReady).catch(() => ''), peer.ended.then(() => '')])
      if (isReady(outcome) !== isIn) throw new Error(`${name} was ${isIn ? 'not ' : ''}let in`)
      if (performance.now() - from > promptlyMs) throw new Error(`${name} was not answered at once`)
      peer.socket.close()
      await peer.ended
    }
    return `${kinds.length} kinds`
  },
  counted: { 'ethstats_refused_total{reason="too-much-before-login"}': 1 },
}

/** Upgrade requests: what is below the bound of 16 kB is worked through, what is above is not. */
const headers: readonly (readonly [name: string, lines: readonly string[], status: RegExp])[] = [
  ['2,500 headers', Array.from({ length: 2500 }, (_, i) => `a${i % 10}:`), /101|431/],
  ['a cookie of 15 kB', [`Cookie: ${'netstats_session=;'.repeat(840)}`], /101/],
  ['a cookie of 20 kB', [`Cookie: netstats_session=${long(20_000)}`], /431/],
  ['an Authorization of 15 kB', [`Authorization: Bearer nsa_${long(15_000)}`], /101/],
  ['an Authorization of 20 kB', [`Authorization: Bearer nsa_${long(20_000)}`], /431/],
  ['an X-Forwarded-For of 15 kB', [`X-Forwarded-For: ${'10.0.0.1, '.repeat(1500)}`], /101/],
  ['extensions of 15 kB', [`Sec-WebSocket-Extensions: ${'permessage-deflate; a=b, '.repeat(600)}`], /101|400/],
  ['a sub-protocol of 15 kB', [`Sec-WebSocket-Protocol: ${long(15_000)}`], /101|400/],
  ['an Origin of 15 kB', [`Origin: https://${long(15_000)}`], /101|403/],
]

const largeUpgrades: HostileCase = {
  name: 'oversized upgrade requests',
  async run(harness) {
    const channels = ['/api', '/agent', '/feed', '/primus', '/external']
    for (const path of channels) {
      const address = harness.address()
      for (const [name, lines, expected] of headers) {
        using raw = await openRaw(harness.server, address)
        const from = performance.now()
        await raw.send(upgradeRequest(path, ...lines))
        await Promise.race([raw.told('\r\n').catch(() => undefined), raw.ended])
        const status = /^HTTP\/1\.1 (\d{3})/.exec(raw.text())?.[1] ?? 'cut'
        if (!expected.test(status)) throw new Error(`${path} with ${name} was answered with ${status}`)
        if (performance.now() - from > promptlyMs) throw new Error(`${path} with ${name} was not answered at once`)
      }
    }
    // Nobody in particular, and nobody who may do anything.
    for (const [header, value, status] of [
      ['cookie', 'netstats_session=;'.repeat(840), 200],
      ['authorization', `Bearer nsa_${long(15_000)}`, 401],
    ] as const) {
      const answer = await fetch(`${harness.server.url}/api/v1/networks`, { headers: { [header]: value } })
      if (answer.status !== status) throw new Error(`a large ${header} was answered with ${answer.status}`)
      await answer.text()
    }
    return `${headers.length} kinds to ${channels.length} channels`
  },
  counted: { 'http_faults_total{reason="headers-too-large"}': 10 },
}

export const handshakeCases: readonly HostileCase[] = [largeAgentLogins, largeNativeLogins, largeUpgrades]
