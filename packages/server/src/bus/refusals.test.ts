import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { cureOf, isPassing, toldReasons } from './refusal-cures.ts'
import type { Told } from './refusal-cures.ts'
import { authRefusals, isLasting, refusals } from './refusals.ts'

describe('refusals', () => {
  it('each have a cure, or pass by themselves', () => {
    for (const reason of refusals) {
      if (isPassing(reason)) expect(toldReasons).not.toContain(reason)
      else expect(cureOf(reason, 'ethstats')).toMatch(/^[A-Z].{30,}\.$/)
    }
  })

  it('that pass by themselves never tell a client to stop trying', () => {
    for (const reason of refusals) if (isPassing(reason)) expect(isLasting(reason)).toBe(false)
  })

  it('tell a client to wait long where its own words are wrong, and not where others may change them', () => {
    const soon = authRefusals.filter((reason) => !isLasting(reason))
    // Another client may leave the name, and a lock ends.
    expect(soon).toEqual(['name-bound', 'locked-out'])
    expect(isLasting('malformed-hello')).toBe(true)
    expect(isLasting('server-full')).toBe(false)
  })

  it('say more of a lock where passwords may be guessed', () => {
    expect(cureOf('locked-out', 'login')).toContain('guessing passwords')
    for (const reason of toldReasons.filter((one: Told) => one !== 'locked-out'))
      expect(cureOf(reason, 'login')).toBe(cureOf(reason, 'ethstats'))
  })

  it('name options that there are', () => {
    const root = resolve(import.meta.dirname, '../../../..')
    const reference = readFileSync(join(root, 'docs/reference/server.md'), 'utf8')
    const named = toldReasons.flatMap((reason) => cureOf(reason, '').match(/\b(ethstats|limits|auth)\.\w+/g) ?? [])
    expect(named.length).toBeGreaterThan(5)
    for (const option of named) expect(reference).toContain(`\`${option}\``)
  })
})
