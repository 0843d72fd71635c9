import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { expect, it } from 'vitest'

const root = resolve(import.meta.dirname, '..')

/** Private words that had a plain one: the field's word stands in its place. */
const replaced =
  'desk seats? seated hall turnstile letIn sendAway relieve gatekeeper regulator lookout conclusions strays welcomeBack facets? ' +
  'herd tongues? placings? placeBook dirtyHub goOn keeper oddFrame lookAfter HistoryPlan Upward Downward ownWork passOn ' +
  'sharedBuilds goodClients arena ears intake stir createTurns witness(es)? told.of pendingBytes refusedHoles API_MOMENT_UNKNOWN (API_|NETSTATS_)?ACCESS_[A-Z_]+ SERVER_CONTROL_[A-Z]+'
/** Placing nodes on the map. */
const allowed = ['placing a node']
/** Without decisions and measurements: these keep the words of their time. */
const where = [
  'packages',
  'plugins',
  'bench',
  'e2e',
  'README.md',
  'CONTRIBUTING.md',
  'ARCHITECTURE.md',
  ':!bench/RESULTS.md',
]

it('says nothing in private words', () => {
  const args = ['grep', '-nwE', replaced.replaceAll(' ', '|'), '--', ...where]
  const { status, stdout } = spawnSync('git', args, { cwd: root, encoding: 'utf8' })
  // 1: nothing found.
  expect([0, 1]).toContain(status)
  const found = stdout.split('\n').filter((line) => line !== '' && !allowed.some((one) => line.includes(one)))
  expect(found).toEqual([])
})

it('needs at most 40 words of its own', () => {
  const [, glossary = ''] = readFileSync(join(root, 'ARCHITECTURE.md'), 'utf8').split(/^## Glossary$/m)
  const rows = glossary.split(/^## /m)[0]?.match(/^\| (?!word|---).*\|$/gm) ?? []
  expect(rows.length).toBeGreaterThan(20)
  expect(rows.length).toBeLessThanOrEqual(40)
})
