/** The source `syslog` of an agent against rsyslog, which sends by UDP, TCP and TLS, and against `logger`. */
import { execFile, execFileSync } from 'node:child_process'
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import { findProgram } from '../../scripts/peers.ts'
import { startPeer } from '../src/support/peer-process.ts'
import { freePort, listens, temporaryFolder, until } from '../src/support/processes.ts'
import { startRecordingAgent } from '../src/support/recording-agent.ts'
import type { RecordedObservation, RecordingAgent } from '../src/support/recording-agent.ts'

const call = promisify(execFile)
const logger = (...args: readonly string[]) => call(findProgram('logger') ?? 'logger', args)

const listening = (port: number, agent: RecordingAgent): Promise<true> =>
  until(`the agent listens on ${port}`, async () => ((await listens(port)) ? true : undefined), agent)

const logsOf = (agent: RecordingAgent): readonly RecordedObservation[] =>
  agent.observed().filter(({ kind }) => kind === 'log')

/** A certificate for `localhost` that is its own authority. */
const makeCertificate = (folder: string): { readonly cert: string; readonly key: string } => {
  const [cert, key] = [join(folder, 'cert.pem'), join(folder, 'key.pem')]
  const kind = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=localhost']
  const names = ['-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1']
  execFileSync('openssl', [...kind, ...names, '-keyout', key, '-out', cert], { stdio: 'pipe' })
  return { cert, key }
}

interface Ports {
  readonly input: number
  readonly plain: number
  readonly tls: number
}

const settings = (folder: string, { input, plain, tls }: Ports): string => `
global(workDirectory="${folder}" defaultNetstreamDriverCAFile="${folder}/ca.pem")
module(load="imudp")
ruleset(name="forward") {
  action(type="omfwd" target="127.0.0.1" port="${plain}" protocol="udp" template="RSYSLOG_SyslogProtocol23Format")
  action(type="omfwd" target="127.0.0.1" port="${plain}" protocol="tcp" TCP_Framing="octet-counted" template="RSYSLOG_SyslogProtocol23Format")
  action(type="omfwd" target="127.0.0.1" port="${plain}" protocol="tcp" TCP_Framing="traditional" template="RSYSLOG_TraditionalForwardFormat")
  action(type="omfwd" target="localhost" port="${tls}" protocol="tcp" TCP_Framing="octet-counted" template="RSYSLOG_SyslogProtocol23Format"
         StreamDriver="gtls" StreamDriverMode="1" StreamDriverAuthMode="x509/name" StreamDriverPermittedPeers="localhost")
}
input(type="imudp" address="127.0.0.1" port="${input}" ruleset="forward")
`

it('takes what rsyslog sends by UDP, TCP in both framings and TLS, which checks our name', async () => {
  const folder = temporaryFolder('syslog')
  const { cert, key } = makeCertificate(folder)
  const ports: Ports = { input: await freePort(), plain: await freePort(), tls: await freePort() }
  await using agent = startRecordingAgent({
    sources: [
      {
        type: 'syslog',
        node: 'alpha',
        listen: `127.0.0.1:${ports.plain}`,
        tls: { listen: `127.0.0.1:${ports.tls}`, cert, key },
      },
    ],
  })
  await listening(ports.plain, agent)
  await listening(ports.tls, agent)
  await using rsyslog = await startPeer({
    program: 'rsyslogd',
    prepare: (own) => {
      writeFileSync(join(own, 'rsyslog.conf'), settings(own, ports))
      execFileSync('cp', [cert, join(own, 'ca.pem')])
    },
    args: (own) => ['-n', '-f', `${own}/rsyslog.conf`, '-i', `${own}/pid`],
    // What it has bound shows in the kernel's table, not by connecting.
    ready: async () => {
      const { stdout } = await call('cat', ['/proc/net/udp'])
      return stdout.includes(`:${ports.input.toString(16).toUpperCase().padStart(4, '0')} `)
    },
  })
  const data = ['--sd-id', 'net@32473', '--sd-param', 'shard="7"', '--sd-param', 'said="a\\"b"']
  const to = ['-n', '127.0.0.1', '-P', String(ports.input), '-d']
  await logger(
    '--rfc5424',
    ...to,
    '-p',
    'local4.warning',
    '-t',
    'geth',
    '--id=42',
    '--msgid',
    'ID7',
    ...data,
    'größer — Looking for peers',
  )
  const found = await until(
    'the line by each of the four ways',
    async () => (logsOf(agent).length >= 4 ? logsOf(agent) : undefined),
    rsyslog,
  )
  expect(found).toHaveLength(4)
  for (const { node, body } of found)
    expect([node, body['severity'], body['source'], body['message']]).toEqual([
      'alpha',
      4,
      'geth',
      'größer — Looking for peers',
    ])
  const fields = found.map(({ body }) => body['fields'] as Record<string, string>)
  expect(
    fields.every((one) => one['facility'] === 'local4' && one['procid'] === '42' && one['hostname'] !== undefined),
  ).toBe(true)
  // The older form has no place for the rest.
  expect(fields.filter((one) => one['msgid'] === 'ID7' && one['net@32473.shard'] === '7')).toHaveLength(3)
  expect(fields.filter((one) => one['net@32473.said'] === 'a"b')).toHaveLength(3)
  rmSync(folder, { recursive: true, force: true })
})

it('takes every form that `logger` writes, by UDP and TCP', async () => {
  const port = await freePort()
  await using agent = startRecordingAgent({ sources: [{ type: 'syslog', node: 'alpha', listen: `127.0.0.1:${port}` }] })
  await listening(port, agent)
  const forms = ['--rfc5424', '--rfc5424=notime', '--rfc5424=notq,nohost', '--rfc3164']
  const ways: readonly (readonly [string, readonly string[]])[] = [
    ['udp', ['-d']],
    ['tcp', ['-T']],
    ['octets', ['-T', '--octet-count']],
  ]
  const wanted: string[] = []
  for (const form of forms) {
    for (const [name, way] of ways) {
      const text = `${form.slice(2)} by ${name}`
      wanted.push(text)
      await logger(form, ...way, '-n', '127.0.0.1', '-P', String(port), '-p', 'daemon.err', '-t', 'unit', text)
    }
  }
  const found = await until(
    'every line',
    async () => (logsOf(agent).length >= wanted.length ? logsOf(agent) : undefined),
    agent,
  )
  expect(found.map(({ body }) => String(body['message'])).toSorted()).toEqual(wanted.toSorted())
  for (const { body, observedAt } of found) {
    expect([body['severity'], body['source']]).toEqual([3, 'unit'])
    expect((body['fields'] as Record<string, string>)['facility']).toBe('daemon')
    expect(Math.abs(observedAt - Date.now())).toBeLessThan(120_000)
  }
})
