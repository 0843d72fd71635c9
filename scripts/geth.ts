/**
 * Real geth for the end-to-end tests. Looks for GETH_CLIQUE and GETH in the environment, then in the cache, then builds it
 * with Go. Run by hand it prints where each version is: `node scripts/geth.ts`.
 */
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, renameSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'

/** `clique` still seals proof-of-authority blocks; `current` is the newest release at the time of writing. */
export const gethVersions = { clique: 'v1.13.15', current: 'v1.17.10' } as const
export type GethRole = keyof typeof gethVersions

const cacheDirectory = (): string =>
  join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'netstats', 'geth')

const hasGo = (): boolean => spawnSync('go', ['version'], { stdio: 'ignore' }).status === 0

/** Path of a geth binary, or undefined where there is neither one nor Go to build it. Building takes about a minute. */
export const findGeth = (role: GethRole, log: (line: string) => void = () => undefined): string | undefined => {
  const named = process.env[role === 'clique' ? 'GETH_CLIQUE' : 'GETH']
  if (named) return named
  const version = gethVersions[role]
  const home = join(cacheDirectory(), version)
  const binary = join(home, 'geth')
  if (existsSync(binary)) return binary
  if (!hasGo()) return undefined
  log(`building geth ${version} with Go, once; this takes a minute or two`)
  const building = `${home}.building-${process.pid}`
  mkdirSync(building, { recursive: true })
  // A dependency of v1.13.15 reaches into the Go runtime, which newer linkers refuse without this flag.
  execFileSync('go', ['install', '-ldflags=-checklinkname=0', `github.com/ethereum/go-ethereum/cmd/geth@${version}`], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, GOBIN: building, GOFLAGS: '' },
  })
  try {
    renameSync(building, home)
  } catch (error) {
    // Somebody else finished the same build first.
    if (!existsSync(binary)) throw error
  }
  return binary
}

if (import.meta.main) {
  for (const role of ['clique', 'current'] as const) {
    const path = findGeth(role, (line) => process.stderr.write(`${line}\n`))
    process.stdout.write(
      `${role} ${gethVersions[role]}: ${path ?? 'neither geth nor Go here: install Go 1.23 or newer'}\n`,
    )
    if (!path) process.exitCode = 1
  }
}
