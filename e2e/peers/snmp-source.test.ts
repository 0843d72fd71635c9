/** The source `snmp` of an agent against net-snmp: its daemon is polled and tells us things, its tools send informs. */
import { execFile } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { findProgram } from '../../scripts/peers.ts'
import { startPeer } from '../src/support/peer-process.ts'
import { freePort, until } from '../src/support/processes.ts'
import { startRecordingAgent } from '../src/support/recording-agent.ts'
import type { RecordedObservation } from '../src/support/recording-agent.ts'

const call = promisify(execFile)
const tool = (name: string): string => findProgram(name) ?? name
// No file of this machine says how the tools behave.
const env = { ...process.env, SNMPCONFPATH: '/nonexistent', SNMP_PERSISTENT_DIR: '/nonexistent', MIBS: '' }

const user = { name: 'poller', auth: 'sha256', authKey: 'authpass123', privacy: 'aes256', privacyKey: 'privpass123' }
const v3 = ['-v3', '-lauthPriv', '-upoller', '-aSHA-256', '-Aauthpass123', '-xAES-256', '-Xprivpass123']
/** A text that its owner may set; numbers in it count as such. */
const contact = '1.3.6.1.2.1.1.4.0'

const trapLines = (port: number): string => `authtrapenable 1
trap2sink 127.0.0.1:${port} public
informsink 127.0.0.1:${port} public
trapsess -v 3 ${v3.slice(1).join(' ')} -Ci 127.0.0.1:${port}
`

/** It looks for those that get traps of version 3 while it starts, and waits for half a minute where nobody answers. */
const startSnmpd = (port: number, traps?: number) =>
  startPeer({
    program: 'snmpd',
    prepare: (folder) => {
      writeFileSync(
        join(folder, 'agent.conf'),
        `agentaddress udp:127.0.0.1:${port}
rocommunity public 127.0.0.1
rwcommunity private 127.0.0.1
createUser poller SHA-256 authpass123 AES-256 privpass123
rouser poller priv
sysName netstats-test
${traps === undefined ? '' : trapLines(traps)}`,
      )
    },
    args: (folder) => ['-f', '-C', '-c', `${folder}/agent.conf`, '-Lo', '-p', `${folder}/pid`, '-I', '-smux'],
    env: (folder) => ({ SNMP_PERSISTENT_DIR: folder }),
    ready: async () => {
      const asked = ['-v2c', '-cpublic', '-t.2', '-r0', `127.0.0.1:${port}`, '1.3.6.1.2.1.1.5.0']
      await call(tool('snmpget'), asked, { env })
      return true
    },
  })

const metricsOf = (observed: readonly RecordedObservation[], name: string): readonly unknown[] =>
  observed.filter(({ kind, body }) => kind === 'metric' && body['name'] === name).map(({ body }) => body['value'])
const messagesOf = (observed: readonly RecordedObservation[]): readonly string[] =>
  observed.filter(({ kind }) => kind === 'log').map(({ body }) => String(body['message']))

describe('an agent with a source snmp', () => {
  it.each([
    ['version 2c', { community: 'public' }],
    ['version 3 with SHA-256 and AES-256', { user }],
  ])('polls snmpd by %s, also what changes while it runs', async (_title, access) => {
    const port = await freePort()
    await using _ = await startSnmpd(port)
    const setLevel = (level: number) =>
      call(tool('snmpset'), ['-v2c', '-cprivate', `127.0.0.1:${port}`, contact, 's', String(level)], { env })
    await setLevel(23)
    const own = { name: 'level', oid: contact }
    await using agent = startRecordingAgent({
      sources: [
        {
          type: 'snmp',
          node: 'box',
          endpoint: `127.0.0.1:${port}`,
          ...access,
          sets: ['host', 'switch'],
          objects: [own],
          interval: '1s',
        },
      ],
    })
    await until('the level', async () => metricsOf(agent.observed(), 'snmp.level').includes(23) || undefined, agent)
    await setLevel(42)
    await until('the new level', async () => metricsOf(agent.observed(), 'snmp.level').includes(42) || undefined, agent)
    const observed = agent.observed()
    expect(new Set(observed.map(({ node }) => node))).toEqual(new Set(['box']))
    // What every machine has, read with the same words by our own source of the host.
    expect(metricsOf(observed, 'snmp.hrMemorySize')[0]).toBeGreaterThan(100e6)
    expect(metricsOf(observed, 'snmp.laLoad')).not.toEqual([])
    const loopback = observed.find(
      ({ body }) =>
        body['name'] === 'snmp.ifHCInOctets' && JSON.stringify(body['labels']) === JSON.stringify({ interface: 'lo' }),
    )
    expect(loopback?.body['value']).toBeGreaterThan(0)
  })

  it('receives traps and informs of snmpd by versions 2c and 3, and answers snmpinform', async () => {
    const [port, traps] = [await freePort(), await freePort()]
    await using agent = startRecordingAgent({
      sources: [
        { type: 'snmp', node: 'box', traps: { listen: `127.0.0.1:${traps}`, communities: ['public'], users: [user] } },
      ],
    })
    await until('the listener', async () => agent.output().includes('receives SNMP traps') || undefined, agent)
    {
      await using snmpd = await startSnmpd(port, traps)
      // One as a trap, one as an inform of version 2c, one as an inform of version 3.
      const starts = (): number => messagesOf(agent.observed()).filter((one) => one.startsWith('coldStart')).length
      await until('three words of the start', async () => (starts() === 3 ? true : undefined), snmpd)
      await call(tool('snmpget'), ['-v2c', '-cwrong', '-t.2', '-r0', `127.0.0.1:${port}`, '1.3.6.1.2.1.1.5.0'], {
        env,
      }).catch(() => undefined)
      await until(
        'what it says of a wrong community',
        async () => messagesOf(agent.observed()).some((one) => one.startsWith('authenticationFailure')) || undefined,
        snmpd,
      )
    }
    // Exit 0 says that it was acknowledged.
    const place = `127.0.0.1:${traps}`
    const link = ['1.3.6.1.6.3.1.1.5.3', '1.3.6.1.2.1.2.2.1.1.7', 'i', '7']
    await call(tool('snmpinform'), ['-v2c', '-cpublic', place, '', ...link], { env })
    await call(tool('snmpinform'), [...v3, place, '', ...link.with(0, '1.3.6.1.6.3.1.1.5.4')], { env })
    const steps = agent
      .observed()
      .filter(({ kind }) => kind === 'alarm')
      .map(({ body }) => [body['alarm'], body['step']])
    expect(steps).toEqual([
      ['snmp 127.0.0.1 link 7', 'raised'],
      ['snmp 127.0.0.1 link 7', 'cleared'],
    ])
    // Nobody acknowledges an inform that is not let in.
    await expect(
      call(tool('snmpinform'), ['-v2c', '-cwrong', '-t.3', '-r0', place, '', ...link], { env }),
    ).rejects.toThrow()
    expect(agent.output()).not.toMatch(/authpass123|privpass123/)
  })
})
