/**
 * Real programs that the tests of sources and sinks send to and receive from, all from Debian, and a Python environment
 * with clients and official definitions. Run by hand it brings what is missing and prints what there is.
 */
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { aptGet } from './apt-get.mjs'

/** Debian packages, each with a program that shows it is there. */
const debian = [
  { name: 'rsyslog', program: 'rsyslogd' },
  { name: 'rsyslog-gnutls', file: '/usr/share/doc/rsyslog-gnutls' },
  { name: 'snmp', program: 'snmpinform' },
  { name: 'snmpd', program: 'snmpd' },
  { name: 'snmptrapd', program: 'snmptrapd' },
  { name: 'smitools', program: 'smilint' },
  { name: 'prometheus', program: 'promtool' },
  { name: 'prometheus-alertmanager', program: 'prometheus-alertmanager' },
  { name: 'victoria-metrics', program: 'victoria-metrics' },
  { name: 'influxdb', program: 'influxd' },
] as const

const python = ['opentelemetry-proto==1.45.2', 'protobuf==7.36.2', 'statsd==4.0.1', 'datadog==0.56.0']

const folders = [...(process.env['PATH'] ?? '').split(':'), '/usr/sbin', '/sbin', '/usr/bin']

/** Where a program is, also outside the PATH of users who are not root; undefined where it is not installed. */
export const findProgram = (name: string): string | undefined =>
  folders.map((folder) => join(folder, name)).find((path) => existsSync(path))

const missingPackages = (): readonly string[] =>
  debian
    .filter((one) => ('program' in one ? findProgram(one.program) === undefined : !existsSync(one.file)))
    .map(({ name }) => name)

const canInstall = (): boolean => process.getuid?.() === 0 && findProgram('apt-get') !== undefined

/** Whether the programs are there or can be installed. */
export const hasPeers = (): boolean =>
  (missingPackages().length === 0 || canInstall()) && findProgram('python3') !== undefined

export const peersCure = `install on Debian: sudo apt-get install ${debian.map(({ name }) => name).join(' ')} python3-venv`

const venv = (): string => {
  const id = createHash('sha256').update(python.join('\n')).digest('hex').slice(0, 12)
  return join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'netstats', 'peers', id)
}

/** Python with the clients and definitions that the tests use; made once by `bringPeers`. */
export const peersPython = (): string => {
  const program = join(venv(), 'bin', 'python')
  if (!existsSync(program)) throw new Error('no Python environment for the peers: run `node scripts/peers.ts`')
  return program
}

const bringPython = (say: (line: string) => void): void => {
  const folder = venv()
  // Written last: an environment without it was not finished.
  const mark = join(folder, 'complete')
  if (existsSync(mark)) return
  say(`installing ${python.join(', ')} with pip, once`)
  mkdirSync(join(folder, '..'), { recursive: true })
  rmSync(folder, { recursive: true, force: true })
  execFileSync('python3', ['-m', 'venv', folder], { stdio: ['ignore', 'ignore', 'pipe'] })
  const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', ...python]
  execFileSync(join(folder, 'bin', 'python'), pip, { stdio: ['ignore', 'ignore', 'pipe'] })
  writeFileSync(mark, '')
}

/** Installs what is missing; throws, with what to do, where that is not possible. */
export const bringPeers = (say: (line: string) => void): void => {
  const missing = missingPackages()
  if (missing.length > 0) {
    if (!canInstall()) throw new Error(peersCure)
    say(`installing ${missing.join(', ')} (apt-get)`)
    // In this run level Debian starts no service that it installs: the tests start what they need.
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' }
    aptGet(['update', '-qq'], { env, say })
    aptGet(['install', '-qq', '-y', '--no-install-recommends', ...missing], { env, say })
    if (missingPackages().length > 0) throw new Error(peersCure)
  }
  bringPython(say)
}

if (import.meta.main) {
  try {
    bringPeers((line) => process.stderr.write(`${line}\n`))
    process.stdout.write(`${debian.map(({ name }) => name).join(', ')}; ${peersPython()}\n`)
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
    process.exitCode = 1
  }
}
