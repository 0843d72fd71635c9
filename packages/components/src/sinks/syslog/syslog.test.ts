import type { MappingOptions } from '@netstats/sdk'
import { createMapping } from '@netstats/sdk'
import { configFor, createTestContext, exampleObservations, sinkContract } from '@netstats/sdk/testing'
import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import { startTcpPeer, startUdpPeer } from '../../test-support/byte-peer.ts'
import { alarmStep, logOf, metricOf, noAbort, sinkBatch } from '../../test-support/sink-batch.ts'
import { syslog } from './mod.ts'
import { createRenderer, frame } from './render.ts'

const open = (endpoint: string, more: object = {}) =>
  syslog.open(configFor(syslog, { endpoint, ...more }), createTestContext())

for (const framing of ['octet-counting', 'newline']) {
  sinkContract(
    `a syslog sink over TCP with ${framing}`,
    async () => {
      const peer = await startTcpPeer()
      const sink = await open(peer.endpoint, { framing })
      return {
        sink,
        peer: (mood) => (mood === 'away' ? peer.leave() : peer.comeBack()),
        async [Symbol.asyncDispose]() {
          await sink[Symbol.asyncDispose]()
          await peer[Symbol.asyncDispose]()
        },
      }
    },
    { without: ['silent'] },
  )
}

/** A message by the grammar of RFC 5424, strictly; throws where it does not follow it. */
const parseMessage = (text: string) => {
  const header =
    /^<(\d{1,3})>1 (\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{1,6}Z) ([\x21-\x7e]{1,255}) ([\x21-\x7e]{1,48}) ([\x21-\x7e]{1,128}) ([\x21-\x7e]{1,32}) /.exec(
      text,
    )
  if (header === null) throw new Error(`no header: ${text.slice(0, 100)}`)
  const [all, pri, time, host, app, , msgid] = header
  let at = all.length
  const data: Record<string, Record<string, string>> = {}
  while (text[at] === '[') {
    const id = /^[^\s=\]"]{1,32}/.exec(text.slice(at + 1))?.[0]
    if (id === undefined || !/^[\x21-\x7e]+$/.test(id)) throw new Error('no name of an element')
    at += 1 + id.length
    const params: Record<string, string> = {}
    while (text[at] === ' ') {
      const name = /^ ([\x21-\x7e]{1,32}?)="/.exec(text.slice(at))
      if (name === null || /[=\]"]/.test(name[1] ?? '')) throw new Error('no name of a value')
      at += name[0].length
      let value = ''
      for (; text[at] !== '"'; at++) {
        if (text[at] === '\\' && /["\\\]]/.test(text[at + 1] ?? '')) at++
        else if (text[at] === ']' || at >= text.length) throw new Error('an escape is missing')
        value += text[at]
      }
      at++
      params[name[1] ?? ''] = value
    }
    if (text[at] !== ']') throw new Error('an element has no end')
    at++
    data[id] = params
  }
  if (text[at] !== ' ') throw new Error('no space before the message')
  return { pri: Number(pri), time, host, app, msgid, data, message: text.slice(at + 1) }
}

/** Messages of a stream that counts octets. */
const parseStream = (bytes: Buffer): readonly string[] => {
  const found: string[] = []
  for (let at = 0; at < bytes.length; ) {
    const space = bytes.indexOf(0x20, at)
    const length = Number(bytes.subarray(at, space).toString('latin1'))
    if (!Number.isInteger(length) || length <= 0) throw new Error('no length')
    found.push(bytes.subarray(space + 1, space + 1 + length).toString('utf8'))
    at = space + 1 + length
  }
  return found
}

const renderer = (more: object = {}, mapping: MappingOptions = {}) =>
  createRenderer(
    { facility: 16, enterprise: 32_473, appName: 'netstats', maxMessageBytes: 8192, ...more },
    createMapping(mapping),
  )
const render = (observation: Parameters<typeof sinkBatch>[0][number], more?: object, mapping?: MappingOptions) => {
  const batch = sinkBatch([observation])
  const [item] = batch.items
  if (item === undefined) throw new Error('no item')
  return renderer(more, mapping)(batch, item)
}

describe('a message of syslog', () => {
  it('says of a log line where it comes from and when it was written', () => {
    expect(parseMessage(render(logOf('Imported new block', 6)).bytes.toString())).toEqual({
      pri: 16 * 8 + 6,
      time: '2026-01-01T00:00:00.123Z',
      host: 'validator-1',
      app: 'geth',
      msgid: 'log',
      data: {
        'netstats@32473': {
          id: '0123456789abcdef0123456789abcdef-1000',
          kind: 'log',
          node: 'validator-1',
          network: '1337',
        },
      },
      message: 'Imported new block',
    })
  })

  it('says of an alarm its step, and of a metric its name, value and labels', () => {
    const alarm = parseMessage(
      render(alarmStep('raised'), { enterprise: 99 }, { labels: { site: 'a]b' } }).bytes.toString(),
    )
    expect(alarm).toMatchObject({
      pri: 16 * 8 + 2,
      app: 'netstats',
      data: {
        'netstats@99': { site: 'a]b' },
        'alarm@99': { alarm: 'node-down:validator-1', type: 'node-down', step: 'raised' },
      },
    })
    const metric = parseMessage(render(metricOf('queue', 3, { area: 'rpc' })).bytes.toString())
    expect(metric.data['metric@32473']).toMatchObject({ name: 'queue', value: '3', area: 'rpc' })
  })

  it('is read back by the grammar of RFC 5424 as it was meant, whatever names and texts are', () => {
    const text = fc.string({ unit: 'binary', minLength: 1, maxLength: 60 })
    fc.assert(
      fc.property(text, text, fc.integer({ min: 0, max: 7 }), text, (message, source, severity, node) => {
        const observation = { ...logOf(message, severity, source), node } as ReturnType<typeof logOf>
        const read = parseMessage(render(observation).bytes.toString('utf8'))
        expect(read.pri).toBe(16 * 8 + severity)
        // What is no whole character becomes the sign for that, as in every UTF-8.
        expect(read.message).toBe(Buffer.from(message.replaceAll('\0', ' ')).toString('utf8'))
        const own = Buffer.from(node.replaceAll(/\p{Cc}/gu, ' ')).toString('utf8')
        expect(read.data['netstats@32473']?.['node']).toBe(own)
      }),
      { numRuns: 500 },
    )
  })

  it('is cut within no character where it is too long', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 600, maxLength: 900 }), (message) => {
        const { bytes, isCut } = render(logOf(message), { maxMessageBytes: 480 })
        expect(isCut).toBe(true)
        expect(bytes.length).toBeLessThanOrEqual(480)
        expect(message.startsWith(parseMessage(bytes.toString('utf8')).message)).toBe(true)
      }),
    )
  })

  it('is told apart from the next one in a stream', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary', maxLength: 100 }), { minLength: 1, maxLength: 10 }), (texts) => {
        const rendered = texts.map((one) => render(logOf(one)))
        const counted = parseStream(Buffer.concat(rendered.map((one) => frame(one, 'octet-counting'))))
        expect(counted).toEqual(rendered.map(({ bytes }) => bytes.toString('utf8')))
        const lines = Buffer.concat(rendered.map((one) => frame(one, 'newline')))
          .toString()
          .split('\n')
        expect(lines.length).toBe(texts.length + 1)
      }),
    )
  })
})

describe('a syslog sink', () => {
  it('sends a datagram for each observation of every kind', async () => {
    await using peer = await startUdpPeer()
    await using sink = await open(peer.endpoint, { transport: 'udp' })
    const batch = sinkBatch(exampleObservations())
    expect(await sink.deliver(batch, { signal: noAbort })).toEqual({ status: 'delivered' })
    await vi.waitFor(() => expect(peer.received().length).toBe(batch.items.length))
    const kinds = peer.received().map((one) => parseMessage(one.toString()).msgid)
    expect(kinds).toEqual(batch.items.map(({ observation }) => observation.kind))
  })

  it('notices that nobody listens to its datagrams where the machine there says so', async () => {
    const peer = await startUdpPeer()
    await using sink = await open(peer.endpoint, { transport: 'udp' })
    await peer.leave()
    const deliver = () => sink.deliver(sinkBatch([logOf('x')]), { signal: noAbort })
    await vi.waitFor(async () => expect((await deliver()).status).toBe('retry'))
    await peer.comeBack()
    await vi.waitFor(() => expect(deliver()).resolves.toEqual({ status: 'delivered' }))
    await peer[Symbol.asyncDispose]()
  })
})
