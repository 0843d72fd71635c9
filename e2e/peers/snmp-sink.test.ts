/** The sink `snmp` of an agent against snmptrapd, and the MIB against smilint. */
import { execFile } from 'node:child_process'
import { copyFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createSocket } from 'node:dgram'
import { basename, join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { findProgram } from '../../scripts/peers.ts'
import { startPeer } from '../src/support/peer-process.ts'
import { freePort, temporaryFolder, until } from '../src/support/processes.ts'
import { startRecordingAgent } from '../src/support/recording-agent.ts'

const call = promisify(execFile)
const tool = (name: string): string => findProgram(name) ?? name
const mib = resolve(import.meta.dirname, '../../docs/mib/NETSTATS-MIB')
const env = { ...process.env, SNMPCONFPATH: '/nonexistent', SNMP_PERSISTENT_DIR: '/nonexistent', MIBS: '' }

/** Ours, and those that it builds on, which the library brings: named like the modules in them. */
const putMibs = (folder: string): void => {
  const library = resolve(import.meta.dirname, '../../node_modules/net-snmp/lib/mibs')
  for (const name of ['SNMPv2-SMI', 'SNMPv2-TC', 'SNMPv2-CONF', 'SNMPv2-MIB'])
    copyFileSync(join(library, `${name}.mib`), join(folder, name))
  copyFileSync(mib, join(folder, basename(mib)))
}

describe('NETSTATS-MIB', () => {
  it('is passed by smilint at level 6 without a finding', async () => {
    const folder = temporaryFolder('mibs')
    putMibs(folder)
    const file = join(folder, 'NETSTATS-MIB')
    // It exits with 0 whatever it finds, and has much to say of the modules that every other builds on.
    const lint = async (): Promise<readonly string[]> => {
      const { stdout, stderr } = await call(tool('smilint'), ['-l', '6', '-s', file], {
        env: { ...env, SMIPATH: folder },
      })
      return `${stdout}\n${stderr}`.split('\n').filter((line) => line.includes('NETSTATS-MIB'))
    }
    expect(await lint()).toEqual([])
    writeFileSync(file, readFileSync(mib, 'utf8').replace('SYNTAX      DateAndTime', 'SYNTAX      DateAndTimes'))
    expect(await lint()).not.toEqual([])
    rmSync(folder, { recursive: true })
  })
})

const keys = { auth: 'sha256', authKey: 'authpass123', privacy: 'aes', privacyKey: 'privpass123' }

describe('an agent with sinks snmp', () => {
  it('tells snmptrapd by traps and informs of versions 2c and 3, also after a restart', async () => {
    const folder = temporaryFolder('snmp-sink')
    const [traps, port] = [await freePort(), await freePort()]
    const endpoint = `127.0.0.1:${port}`
    const sinks = [
      { type: 'snmp', name: 'v2c trap', endpoint, mode: 'trap', community: 'trap-2c' },
      { type: 'snmp', name: 'v2c inform', endpoint, community: 'inform-2c' },
      { type: 'snmp', name: 'v3 trap', endpoint, mode: 'trap', user: { name: 'trap-3', ...keys } },
      { type: 'snmp', name: 'v3 inform', endpoint, user: { name: 'inform-3', ...keys } },
    ]
    // What it has to tell: links that go down, which a device says by SNMP.
    const sources = [{ type: 'snmp', node: 'switch', traps: { listen: `127.0.0.1:${traps}`, communities: ['public'] } }]
    const start = async () => {
      const agent = startRecordingAgent({ sources, sinks, folder })
      const said = await until(
        'the listener and the engine',
        async () => {
          const engine = /"engineId":"([0-9a-f]+)","boots":(\d+)/.exec(agent.output())
          return agent.output().includes('receives SNMP traps') && engine !== null ? engine : undefined
        },
        agent,
      )
      return { agent, engine: said[1], boots: Number(said[2]) }
    }
    const linkDown = (index: number) =>
      call(
        tool('snmpinform'),
        [
          '-v2c',
          '-cpublic',
          `127.0.0.1:${traps}`,
          '',
          '1.3.6.1.6.3.1.1.5.3',
          '1.3.6.1.2.1.2.2.1.1.1',
          'i',
          String(index),
        ],
        { env },
      )

    // The receiver of traps of version 3 must know the engine: the first start says it.
    const first = await start()
    await first.agent[Symbol.asyncDispose]()
    await using trapd = await startPeer({
      program: 'snmptrapd',
      prepare(place) {
        putMibs(place)
        writeFileSync(
          join(place, 'receiver.conf'),
          `createUser -e 0x${first.engine} trap-3 SHA-256 authpass123 AES privpass123
createUser inform-3 SHA-256 authpass123 AES privpass123
authCommunity log trap-2c
authCommunity log inform-2c
authUser log trap-3 priv
authUser log inform-3 priv
format2 %P\\t%v\\n
`,
        )
      },
      args: (place) => [
        '-f',
        '-C',
        '-c',
        `${place}/receiver.conf`,
        '-Lf',
        `${place}/traps.log`,
        '-p',
        `${place}/pid`,
        '-m',
        'NETSTATS-MIB:SNMPv2-MIB',
        '-M',
        place,
        `udp:127.0.0.1:${port}`,
      ],
      env: (place) => ({ SNMP_PERSISTENT_DIR: place, MIBS: 'NETSTATS-MIB' }),
      ready: () => isTaken(port),
    })
    const logged = (): readonly string[] => readFileSync(join(trapd.folder, 'traps.log'), 'utf8').split('\n')
    const told = (index: number) =>
      until(
        `all four words of link ${index}`,
        async () => {
          const lines = logged().filter((line) => line.includes(`link ${index}\t`))
          return lines.length >= 4 ? lines : undefined
        },
        trapd,
      )

    const second = await start()
    expect(second.engine).toBe(first.engine)
    expect(second.boots).toBeGreaterThan(first.boots)
    await linkDown(7)
    const lines = await told(7)
    const ways = [/TRAP2,.*trap-2c/, /INFORM,.*inform-2c/, /TRAP2,.*v3, user trap-3/, /INFORM,.*v3, user inform-3/]
    for (const way of ways)
      expect(
        lines.filter((line) => way.test(line)),
        String(way),
      ).toHaveLength(1)
    for (const line of lines) {
      expect(line).toContain('NETSTATS-MIB::netstatsAlarmRaised')
      expect(line).toMatch(/netstatsNode\.0 = STRING: "?switch"?/)
      expect(line).toMatch(/netstatsSeverity\.0 = INTEGER: warning\(4\)/)
      expect(line).toMatch(/netstatsTime\.0 = STRING: 20\d\d-/)
    }
    await second.agent[Symbol.asyncDispose]()

    // Its boots and time go on: a receiver that has met the engine refuses anything else.
    const third = await start()
    expect(third.engine).toBe(first.engine)
    expect(third.boots).toBeGreaterThan(second.boots)
    await linkDown(8)
    expect(await told(8)).toHaveLength(4)
    expect(third.agent.output()).not.toMatch(/authpass123|privpass123/)
    await third.agent[Symbol.asyncDispose]()
    rmSync(folder, { recursive: true, force: true })
  })
})

/** Whether a program has the port (UDP). */
const isTaken = (port: number): Promise<boolean> =>
  new Promise((done) => {
    const probe = createSocket('udp4')
    probe.once('error', () => done(true))
    probe.bind(port, '127.0.0.1', () => probe.close(() => done(false)))
  })
