/**
 * syslog-ng beside rsyslog. Installed by apt-get one of them would remove the other, so its package is only unpacked, with the
 * libraries that it needs.
 */
import { execFileSync } from 'node:child_process'
import { chmodSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { findProgram } from '../../../scripts/peers.ts'
import { temporaryFolder } from './processes.ts'

const packages = ['syslog-ng-core', 'libivykis0', 'libnet1', 'libpcre3']

export interface SyslogNg extends Disposable {
  readonly program: string
  readonly env: () => Readonly<Record<string, string>>
  readonly args: (folder: string) => readonly string[]
}

/** Whether Debian's package manager is there to download it. */
export const canUnpackSyslogNg = (): boolean =>
  process.getuid?.() === 0 && findProgram('apt-get') !== undefined && findProgram('dpkg') !== undefined

export const unpackSyslogNg = (): SyslogNg => {
  const root = temporaryFolder('syslog-ng-package')
  const stdio = ['ignore', 'ignore', 'pipe'] as const
  // Readable for those who do not run as root.
  chmodSync(root, 0o755)
  execFileSync('apt-get', ['download', '-qq', ...packages], { cwd: root, stdio: [...stdio] })
  for (const name of readdirSync(root)) execFileSync('dpkg', ['-x', join(root, name), root], { stdio: [...stdio] })
  // Unpacking gives the folder the owner and rights of the package's own root.
  chmodSync(root, 0o755)
  const libraries = execFileSync('find', [root, '-name', '*.so*', '-printf', '%h\n'], { encoding: 'utf8' })
  const modules = join(root, 'usr/lib/syslog-ng')
  const version = readdirSync(modules).find((name) => /^\d/.test(name)) ?? ''
  return {
    program: join(root, 'usr/sbin/syslog-ng'),
    env: () => ({ LD_LIBRARY_PATH: [...new Set(libraries.trim().split('\n'))].join(':') }),
    args: (folder) => [
      '-F',
      '--no-caps',
      `--cfgfile=${join(folder, 'syslog-ng.conf')}`,
      `--persist-file=${join(folder, 'persist')}`,
      `--pidfile=${join(folder, 'pid')}`,
      `--control=${join(folder, 'control')}`,
      `--module-path=${join(modules, version)}`,
    ],
    [Symbol.dispose]: () => rmSync(root, { recursive: true, force: true }),
  }
}
