/** The syslog sink and real receivers: what they stored is read back. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { nodeId } from '@netstats/protocol'
import { exampleObservations } from '@netstats/sdk/testing'
import { describe, expect, it } from 'vitest'
import { makeCertificate } from '../src/support/certificate.ts'
import { startPeer } from '../src/support/peer-process.ts'
import type { PeerProcess } from '../src/support/peer-process.ts'
import { freePort, until } from '../src/support/processes.ts'
import { openSink } from '../src/support/sink.ts'
import { canUnpackSyslogNg, unpackSyslogNg } from '../src/support/syslog-ng.ts'

interface Stored {
  readonly pri: string
  readonly ts: string
  readonly host: string
  readonly app: string
  readonly msgid: string
  readonly sd: string
  readonly msg: string
}

const fields = {
  pri: 'name="pri"',
  ts: 'name="timereported" dateFormat="rfc3339"',
  host: 'name="hostname"',
  app: 'name="app-name"',
  msgid: 'name="msgid"',
  sd: 'name="structured-data"',
  msg: 'name="msg"',
}

const rsyslogConfig = (folder: string, ports: { readonly udp: number; readonly tcp: number; readonly tls: number }) => {
  const { cert, key } = makeCertificate(folder)
  const properties = Object.entries(fields).map(([name, of]) => `property(outname="${name}" ${of} format="jsonf")`)
  return [
    `global(workDirectory="${folder}" maxMessageSize="64k" preserveFQDN="on" defaultNetstreamDriverCAFile="${cert}" defaultNetstreamDriverCertFile="${cert}" defaultNetstreamDriverKeyFile="${key}")`,
    'module(load="imudp")',
    'module(load="imtcp")',
    `template(name="json" type="list" option.jsonf="on") { ${properties.join(' ')} }`,
    `ruleset(name="store") { action(type="omfile" file="${folder}/out.ndjson" template="json" asyncWriting="off" flushOnTXEnd="on") }`,
    `input(type="imudp" address="127.0.0.1" port="${ports.udp}" ruleset="store")`,
    `input(type="imtcp" address="127.0.0.1" port="${ports.tcp}" ruleset="store")`,
    `input(type="imtcp" address="127.0.0.1" port="${ports.tls}" ruleset="store" StreamDriver.Name="gtls" StreamDriver.Mode="1" StreamDriver.AuthMode="anon")`,
  ].join('\n')
}

const startRsyslog = async () => {
  const ports = { udp: await freePort(), tcp: await freePort(), tls: await freePort() }
  const peer = await startPeer({
    program: 'rsyslogd',
    prepare: (folder) => writeFileSync(join(folder, 'rsyslog.conf'), `${rsyslogConfig(folder, ports)}\n`),
    args: (folder) => ['-n', '-f', join(folder, 'rsyslog.conf'), '-i', join(folder, 'pid')],
    ready: ports.tls,
  })
  return { ...peer, ports }
}

/** What a receiver wrote into its file, once there are so many. */
const storedBy = <T>(peer: PeerProcess, count: number): Promise<readonly T[]> =>
  until(
    `${count} messages`,
    () => {
      const file = join(peer.folder, 'out.ndjson')
      const lines = existsSync(file) ? readFileSync(file, 'utf8').split('\n').slice(0, -1) : []
      return Promise.resolve(lines.length >= count ? lines.map((line) => JSON.parse(line) as T) : undefined)
    },
    peer,
  )

const node = nodeId('validator-1')
const observations = exampleObservations(node)
const withText = observations.map((one) =>
  one.kind === 'log' ? { ...one, body: { ...one.body, message: 'Größe "x" ] of \\ 3 €' } } : one,
)

describe('rsyslog stores what the syslog sink sends', () => {
  it.each([
    ['UDP', 'udp', {}],
    ['TCP, counting octets', 'tcp', { framing: 'octet-counting' }],
    ['TCP, by lines', 'tcp', { framing: 'newline' }],
    ['TLS', 'tls', {}],
  ] as const)('over %s', async (_, transport, more) => {
    await using rsyslog = await startRsyslog()
    const tls = transport === 'tls' ? { tls: { ca: join(rsyslog.folder, 'cert.pem') } } : {}
    const endpoint = `127.0.0.1:${rsyslog.ports[transport]}`
    await using sink = await openSink('syslog', { endpoint, transport, ...more, ...tls })
    expect(await sink.deliver(withText)).toEqual({ status: 'delivered' })
    const stored = await storedBy<Stored>(rsyslog, withText.length)
    expect(stored.map(({ msgid }) => msgid).sort()).toEqual(withText.map(({ kind }) => kind).sort())
    const log = stored.find(({ msgid }) => msgid === 'log')
    expect(log).toMatchObject({
      pri: String(16 * 8 + 4),
      ts: '2026-01-01T00:00:00.007Z',
      host: 'validator-1',
      app: 'geth',
      msg: 'Größe "x" ] of \\ 3 €',
    })
    expect(log?.sd).toMatch(/^\[netstats@32473 id="[0-9a-f]{32}-\d+" kind="log" node="validator-1" network="1337"\]$/)
    const alarm = stored.find(({ msgid }) => msgid === 'alarm')
    expect(alarm?.sd).toContain('[alarm@32473 alarm="disk-full" type="disk-full" step="raised"]')
    expect(stored.find(({ msgid }) => msgid === 'metric')?.sd).toContain('name="queue.length" value="3"')
  })

  it('again after it was away, without a break in what was acknowledged', async () => {
    const first = await startRsyslog()
    const { tcp } = first.ports
    await using sink = await openSink('syslog', { endpoint: `127.0.0.1:${tcp}` })
    expect((await sink.deliver(observations)).status).toBe('delivered')
    await storedBy<Stored>(first, observations.length)
    await first[Symbol.asyncDispose]()
    expect((await sink.deliver(observations)).status).toBe('retry')
  })
})

describe('syslog-ng stores what the syslog sink sends', () => {
  it.runIf(canUnpackSyslogNg())('over TCP by lines and counting octets, and over TLS', async () => {
    const ports = { lines: await freePort(), octets: await freePort(), tls: await freePort() }
    using syslogNg = unpackSyslogNg()
    const { program, args, env } = syslogNg
    await using peer = await startPeer({
      program,
      prepare: (folder) => {
        const { cert, key } = makeCertificate(folder)
        const listen = (port: number): string => `ip(127.0.0.1) port(${port})`
        writeFileSync(
          join(folder, 'syslog-ng.conf'),
          [
            '@version: 3.38',
            'options { keep-hostname(yes); chain-hostnames(no); use-dns(no); stats-freq(0); log-msg-size(65536); keep-timestamp(yes); frac-digits(6); };',
            `source lines { network(${listen(ports.lines)} transport("tcp") flags(syslog-protocol)); };`,
            `source octets { syslog(${listen(ports.octets)} transport("tcp")); };`,
            `source tls { syslog(${listen(ports.tls)} transport("tls") tls(key-file("${key}") cert-file("${cert}") peer-verify(optional-untrusted))); };`,
            `destination file { file("${folder}/out.ndjson" flush-lines(1) template("$(format-json --scope rfc5424,sdata --pair ts=$ISODATE --pair source=$SOURCE)\\n")); };`,
            'log { source(lines); source(octets); source(tls); destination(file); };\n',
          ].join('\n'),
        )
      },
      args,
      env,
      ready: ports.tls,
    })
    const log = withText.filter(({ kind }) => kind === 'log')
    const open = [
      { endpoint: `127.0.0.1:${ports.lines}`, framing: 'newline' },
      { endpoint: `127.0.0.1:${ports.octets}` },
      { endpoint: `127.0.0.1:${ports.tls}`, transport: 'tls', tls: { ca: join(peer.folder, 'cert.pem') } },
    ]
    for (const options of open) {
      await using sink = await openSink('syslog', options)
      expect(await sink.deliver(log)).toEqual({ status: 'delivered' })
    }
    const stored = await storedBy<Record<string, unknown>>(peer, 3)
    expect(new Set(stored.map(({ source }) => source))).toEqual(new Set(['lines', 'octets', 'tls']))
    for (const one of stored) {
      expect(one).toMatchObject({ HOST: 'validator-1', PROGRAM: 'geth', MESSAGE: 'Größe "x" ] of \\ 3 €' })
      expect(one['ts']).toMatch(/^2026-01-01T\d\d:00:00\.007/)
      expect(JSON.stringify(one)).toContain('"network":"1337"')
    }
  })
})
