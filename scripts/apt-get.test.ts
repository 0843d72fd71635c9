import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { aptGet } from './apt-get.mjs'

const folder = mkdtempSync(join(tmpdir(), 'netstats-apt-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** A program called apt-get that writes down what it is asked, and is locked out so many times. */
const apt = (name: string, lockedTimes: number, end = 0) => {
  const path = mkdtempSync(join(folder, `${name}-`))
  const asked = join(path, 'asked')
  const script = `#!/bin/sh
echo "$@" >> '${asked}'
if [ $(wc -l < '${asked}') -le ${lockedTimes} ]; then
  echo 'E: Could not get lock /var/lib/apt/lists/lock. It is held by process 7 (apt-get)' >&2
  exit 100
fi
exit ${end}
`
  writeFileSync(join(path, 'apt-get'), script)
  chmodSync(join(path, 'apt-get'), 0o755)
  const said: string[] = []
  let time = 0
  const options = {
    env: { ...process.env, PATH: `${path}:${process.env['PATH']}` },
    say: (line: string) => said.push(line),
    now: () => time,
    wait: (ms: number) => void (time += ms),
  }
  return { options, said, asked: () => readFileSync(asked, 'utf8').trim().split('\n') }
}

describe('apt-get', () => {
  it('waits for the lock on packages by itself, and is asked again while lists are locked', () => {
    const one = apt('locked', 3)
    expect(aptGet(['update', '-qq'], one.options)).toBe(true)
    expect(one.asked()).toEqual(Array(4).fill('-o DPkg::Lock::Timeout=600 update -qq'))
    expect(one.said).toEqual(['another apt is at work; waiting for it'])
  })

  it('is not asked for ever, and not again where it fails for another reason', () => {
    const busy = apt('busy', 10_000)
    // Each asking starts a program: so that few do, time goes faster here.
    const fast = { ...busy.options, now: () => busy.options.now() * 100 }
    expect(aptGet(['install', 'x'], fast)).toBe(false)
    expect(busy.asked().length).toBeLessThan(10)
    const failing = apt('failing', 0, 1)
    expect(aptGet(['install', 'x'], failing.options)).toBe(false)
    expect(failing.asked()).toHaveLength(1)
  })
})
