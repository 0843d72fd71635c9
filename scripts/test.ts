// `npm test`: every check of the repository, in rounds. A failed one shows its output and the others go on;
// the last line counts test cases, one for each static check, and the exit code says whether all passed.
import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { hasPeers, peersCure } from './peers.ts'
import { hasPython, schemathesisCure } from './schemathesis.ts'
import { countCases } from './test-report.ts'
import type { Counts } from './test-report.ts'

interface Step {
  readonly name: string
  /** What is run, from the repository root with node_modules/.bin first on PATH. */
  readonly command: readonly string[]
  /** What must be there; where it cannot be had the step is named with the cure and left out. */
  readonly needs?: Need
  /** A vitest project counts its cases; anything else is one case. */
  readonly cases?: true
}

interface Need {
  readonly isThere: () => boolean
  readonly cure: string
  /** Brings it, once. */
  readonly bring: readonly string[]
}

const answers = (program: string, ...args: readonly string[]): boolean =>
  spawnSync(program, args, { stdio: 'ignore' }).status === 0

/** Real geth is built with Go, or named by the one who has one. */
const geth: Need = {
  isThere: () =>
    (process.env['GETH'] !== undefined && process.env['GETH_CLIQUE'] !== undefined) || answers('go', 'version'),
  cure: 'install Go 1.23 or newer, or name two geths in GETH and GETH_CLIQUE',
  bring: ['node', 'scripts/geth.ts'],
}

/** Its Node equivalent, hostile.test.ts of the API, is always run. */
const schemathesis: Need = {
  isThere: hasPython,
  cure: schemathesisCure,
  bring: ['node', 'scripts/schemathesis.ts'],
}

/** Programs of Debian that sources and sinks talk with. */
const peers: Need = {
  isThere: hasPeers,
  cure: peersCure,
  bring: ['node', 'scripts/peers.ts'],
}

const vitest = (project: string): Step => ({
  name: project,
  command: ['vitest', 'run', '--project', project],
  cases: true,
})
const script = (name: string): Step => ({ name, command: ['npm', 'run', '--silent', `check:${name}`] })

/** Rounds run one after the other. Steps of one round run side by side, because each leaves a part of the machine idle. */
const rounds: readonly (readonly Step[])[] = [
  ['types', 'lint', 'format', 'dead', 'layers'].map(script),
  [vitest('unit')],
  [
    vitest('e2e'),
    { ...vitest('geth'), needs: geth },
    { name: 'openapi', command: ['node', 'scripts/openapi-fuzz.ts', '--short'], needs: schemathesis },
  ],
  [vitest('pressure')],
  [{ ...vitest('peers'), needs: peers }],
  [vitest('browser')],
]

const root = resolve(import.meta.dirname, '..')
const folder = mkdtempSync(join(tmpdir(), 'netstats-test-'))

interface Outcome extends Counts {
  readonly output: string
}

const run = (command: readonly string[]): Promise<{ code: number; output: string }> =>
  new Promise((done) => {
    const [program = '', ...args] = command
    const path = `${join(root, 'node_modules', '.bin')}${process.platform === 'win32' ? ';' : ':'}${process.env['PATH'] ?? ''}`
    const child = spawn(program, args, {
      cwd: root,
      env: { ...process.env, PATH: path, NO_COLOR: '1' },
      stdio: ['ignore', 'pipe', 'pipe'],
      shell: process.platform === 'win32',
    })
    let output = ''
    const add = (chunk: Buffer): void => {
      output += chunk.toString('utf8')
    }
    child.stdout.on('data', add)
    child.stderr.on('data', add)
    child.on('error', (error) => done({ code: 1, output: `${output}${program} cannot be started: ${error.message}\n` }))
    child.on('close', (code) => done({ code: code ?? 1, output }))
  })

/** Brings what a step needs; the failure where that cannot be had. */
const bring = async ({ needs }: Step): Promise<Outcome | undefined> => {
  if (needs === undefined) return undefined
  const { code, output } = await run(needs.bring)
  return code === 0 ? undefined : { passed: 0, failed: 1, output, remarks: [needs.cure] }
}

const runCases = async (step: Step): Promise<Outcome> => {
  const file = join(folder, `${step.name}.json`)
  const { code, output } = await run([
    ...step.command,
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${file}`,
  ])
  return { ...countCases(readIfThere(file), code), output }
}

const readIfThere = (file: string): string | undefined => {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
}

const runCheck = async (step: Step): Promise<Outcome> => {
  const { code, output } = await run(step.command)
  return { passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1, output, remarks: [] }
}

const only = process.argv.slice(2)
const chosen = rounds.map((steps) => steps.filter(({ name }) => only.length === 0 || only.includes(name)))
if (chosen.every((steps) => steps.length === 0)) {
  const names = rounds.flat().map(({ name }) => name)
  process.stderr.write(`no such step; there are ${names.join(', ')}\n`)
  process.exit(2)
}

let passed = 0
let failed = 0
const runStep = async (step: Step): Promise<void> => {
  if (step.needs !== undefined && !step.needs.isThere()) {
    process.stdout.write(`${step.name.padEnd(8)} left out: ${step.needs.cure}\n`)
    return
  }
  const begun = performance.now()
  const outcome = (await bring(step)) ?? (step.cases === true ? await runCases(step) : await runCheck(step))
  const seconds = ((performance.now() - begun) / 1000).toFixed(1)
  passed += outcome.passed
  failed += outcome.failed
  const counts = step.cases === true ? `  ${outcome.passed} passed, ${outcome.failed} failed` : ''
  process.stdout.write(
    `${step.name.padEnd(8)} ${outcome.failed === 0 ? 'ok    ' : 'FAILED'} ${seconds.padStart(6)} s${counts}\n`,
  )
  if (outcome.failed > 0) {
    process.stdout.write(`${outcome.output.trimEnd().replaceAll(/^/gm, '  | ')}\n`)
    for (const remark of outcome.remarks) process.stdout.write(`  | ${remark}\n`)
  }
}

for (const steps of chosen) await Promise.all(steps.map(runStep))
rmSync(folder, { recursive: true, force: true })
process.stdout.write(`${passed} passed, ${failed} failed\n`)
process.exitCode = failed === 0 ? 0 : 1
