/**
 * Schemathesis, which throws requests made from an OpenAPI description at a server. Looks for SCHEMATHESIS in the
 * environment, then in the cache, then installs it there with Python's venv and pip. Run by hand it prints where it is.
 */
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'

const schemathesisVersion = '4.32.5'
export const schemathesisCure =
  'install Python 3.10 or newer with venv and pip (Debian: python3-venv), or name a schemathesis in SCHEMATHESIS'

const home = (): string => join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'netstats', 'schemathesis')

/** Whether Python can make an environment with pip in it. */
export const hasPython = (): boolean =>
  process.env['SCHEMATHESIS'] !== undefined ||
  spawnSync('python3', ['-c', 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 10))'], { stdio: 'ignore' })
    .status === 0

/** Path of the program, or undefined where there is neither one nor Python to install it. Installing takes a minute. */
export const findSchemathesis = (log: (line: string) => void = () => undefined): string | undefined => {
  const named = process.env['SCHEMATHESIS']
  if (named) return named
  const folder = join(home(), schemathesisVersion)
  const program = join(folder, 'bin', 'schemathesis')
  // Written last: an environment without it was not finished.
  const mark = join(folder, 'complete')
  if (existsSync(mark)) return program
  if (!hasPython()) return undefined
  log(`installing schemathesis ${schemathesisVersion} with pip, once; this takes a minute or two`)
  mkdirSync(home(), { recursive: true })
  // Programs of an environment name its folder, so it is made where it stays.
  rmSync(folder, { recursive: true, force: true })
  execFileSync('python3', ['-m', 'venv', folder], { stdio: ['ignore', 'ignore', 'pipe'] })
  const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', `schemathesis==${schemathesisVersion}`]
  execFileSync(join(folder, 'bin', 'python'), pip, { stdio: ['ignore', 'ignore', 'pipe'] })
  writeFileSync(mark, '')
  return program
}

if (import.meta.main) {
  const path = findSchemathesis((line) => process.stderr.write(`${line}\n`))
  process.stdout.write(`schemathesis ${schemathesisVersion}: ${path ?? schemathesisCure}\n`)
  if (!path) process.exitCode = 1
}
