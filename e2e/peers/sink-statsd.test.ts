/** The statsd sink and the reference implementation of StatsD: what it counted is asked of its management port. */
import { readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { connect } from 'node:net'
import { dirname, join } from 'node:path'
import { nodeId } from '@netstats/protocol'
import type { Observation } from '@netstats/protocol'
import { exampleObservations } from '@netstats/sdk/testing'
import { describe, expect, it } from 'vitest'
import { startPeer } from '../src/support/peer-process.ts'
import { freePort, until } from '../src/support/processes.ts'
import { openSink } from '../src/support/sink.ts'

const program = join(dirname(createRequire(import.meta.url).resolve('statsd/package.json')), 'stats.js')

/** A command and its answer, which ends with END or after a line. */
const ask = (port: number, command: string): Promise<string> =>
  new Promise((resolve, reject) => {
    let answer = ''
    const socket = connect({ port, host: '127.0.0.1' }, () => socket.write(`${command}\n`))
    socket.setEncoding('utf8')
    socket.on('data', (chunk: string) => {
      answer += chunk
      if (/END\n|health: \w+\n/.test(answer)) socket.destroy()
    })
    socket.once('close', () => resolve(answer))
    socket.once('error', reject)
  })

const startStatsd = async (server: 'udp' | 'tcp') => {
  const [port, management] = [await freePort(), await freePort()]
  const config = {
    server: `./servers/${server}`,
    servers: [{ server: `./servers/${server}`, address: '127.0.0.1', port }],
    mgmt_port: management,
    mgmt_address: '127.0.0.1',
    // What was counted is asked for before it is flushed away.
    flushInterval: 600_000,
    backends: [],
  }
  const peer = await startPeer({
    program: process.execPath,
    prepare: (folder) => {
      writeFileSync(join(folder, 'config.js'), JSON.stringify(config))
      // Node has no util.log any more.
      writeFileSync(join(folder, 'log.cjs'), "require('node:util').log ??= console.log\n")
    },
    args: (folder) => ['--require', join(folder, 'log.cjs'), program, join(folder, 'config.js')],
    ready: async () => (await ask(management, 'health')).includes('up'),
  })
  return { ...peer, endpoint: `127.0.0.1:${port}`, ask: (command: string) => ask(management, command) }
}

/** What it prints of a table is a literal of JavaScript with a name and a number, or a list, a line. */
const valuesOf = (answer: string): ReadonlyMap<string, number> =>
  new Map(
    [...answer.matchAll(/^\s*'?([\w.-]+)'?: (?:\[ )?(-?[\d.e+-]+)/gm)].map(([, name = '', value]) => [
      name,
      Number(value),
    ]),
  )

const node = nodeId('validator-1')
const [negative, ...rest]: readonly Observation[] = [
  { kind: 'metric', node, observedAt: 0, body: { name: 'balance', value: -12.5 } } as unknown as Observation,
  ...exampleObservations(node),
]

describe('StatsD counts what the statsd sink sends', () => {
  it.each(['udp', 'tcp'] as const)('over %s', async (transport) => {
    await using statsd = await startStatsd(transport)
    await using sink = await openSink('statsd', { endpoint: statsd.endpoint, transport })
    if (negative === undefined) throw new Error('no observation')
    expect(await sink.deliver([negative, ...rest])).toEqual({ status: 'delivered' })
    const at = (name: string): string => `netstats.1337.validator-1.${name}`
    const gauges = await until(
      'the gauges',
      async () => {
        const found = valuesOf(await statsd.ask('gauges'))
        return found.has(at('queue.length.queue.rpc')) ? found : undefined
      },
      statsd,
    )
    expect(gauges.get(at('balance'))).toBe(-12.5)
    expect(gauges.get(at('peers'))).toBe(25)
    expect(gauges.get(at('gasPrice'))).toBe(1e18)
    expect(gauges.get(at('block.number'))).toBe(1)
    expect(gauges.get(at('host.cpuShare'))).toBe(0.25)
    expect(valuesOf(await statsd.ask('timers')).get(at('latencyMs'))).toBe(12.5)
    const counters = valuesOf(await statsd.ask('counters'))
    expect(counters.get(at('gap.dropped.class.latency.reason.size'))).toBe(7)
    expect(counters.get(at('alarms.disk-full.raised'))).toBe(1)
    expect(counters.get(at('logs.warning'))).toBe(1)
    expect(counters.get('statsd.bad_lines_seen')).toBe(0)
  })

  it('is the version that these rules were read from', () => {
    const { version } = JSON.parse(readFileSync(join(dirname(program), 'package.json'), 'utf8')) as { version: string }
    expect(version).toBe('0.9.0')
  })
})
