import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  acceptText,
  backupText,
  counted,
  grouped,
  humanBytes,
  infoText,
  pruneText,
  restoreText,
  verifyText,
} from './format.ts'

describe('sizes', () => {
  it.each([
    [0, '0 B'],
    [999, '999 B'],
    [1000, '1.0 kB'],
    [9949, '9.9 kB'],
    [9950, '10 kB'],
    [999_499, '999 kB'],
    [999_500, '1.0 MB'],
    [12_345_678_901, '12 GB'],
  ])('%i bytes are %s', (bytes, text) => expect(humanBytes(bytes)).toBe(text))

  it('are always short', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), (bytes) => {
        expect(humanBytes(bytes)).toMatch(/^(\d\.\d|\d{1,3}) ([kMGTP]?B)$/)
      }),
    )
  })
})

describe('counts', () => {
  it('are grouped by thousands and say one or many', () => {
    expect([0, 999, 1000, 1_234_567].map(grouped)).toEqual(['0', '999', '1,000', '1,234,567'])
    expect([counted(1, 'row'), counted(2000, 'row')]).toEqual(['1 row', '2,000 rows'])
  })
})

const at = Date.UTC(2026, 10, 23, 21, 40, 12)

describe('what a store holds', () => {
  const info = {
    driver: 'duckdb',
    version: '1.5.6',
    schema: 1,
    bytes: 3_200_000,
    files: [
      { name: 'kept', bytes: 200_000, tier: 'kept', from: null, to: null, state: 'ok' },
      { name: 'raw-1', bytes: 1_000_000, tier: 'raw', from: at - 7_200_000, to: at - 3_600_000, state: 'ok' },
      { name: 'raw-2', bytes: 2_000_000, tier: 'raw', from: at - 3_600_000, to: at, state: 'ok' },
    ],
    tables: [
      { name: 'block', rows: 1200, from: at - 7_200_000, to: at },
      { name: 'network', rows: 1, from: null, to: null },
    ],
  } as const

  it('is read at a glance', () => {
    expect(infoText(info, { folder: '/d', running: true })).toBe(`History in /d
  duckdb 1.5.6, schema 1; told by the running server
  1,201 rows in 3 files, 3.2 MB; times are UTC

  Tier  Files    Size  Covers from          Until
  raw       2  3.0 MB  2026-11-23 19:40:12  2026-11-23 21:40:12
  kept      1  200 kB  -                    -

  Table     Rows  Oldest               Newest
  block    1,200  2026-11-23 19:40:12  2026-11-23 21:40:12
  network      1  -                    -
`)
  })

  it('begins with what is wrong', () => {
    const files = [...info.files, { ...info.files[1], name: 'raw-0', state: 'unusable', reason: 'it is torn' } as const]
    const text = infoText({ ...info, files }, { folder: '/d', running: false })
    expect(text).toContain('no server runs on it')
    expect(text.indexOf('ATTENTION\n  raw-0 cannot be used: it is torn')).toBeLessThan(text.indexOf('Tier'))
  })

  it('is shown whatever times a broken file gives', () => {
    const tables = [{ name: 't', rows: 0, from: 1e300, to: -1e300 }]
    expect(infoText({ ...info, files: [], tables }, { folder: '/d', running: false })).toContain('t         0  -')
  })
})

describe('reports', () => {
  it('of a verification name every finding, or that there is none', () => {
    expect(verifyText({ files: 1, rows: 2, findings: [] })).toBe('Checked 1 file with 2 rows: nothing is wrong.\n')
    const findings = [{ severity: 'error', where: 'raw-1', message: 'it is torn' }] as const
    expect(verifyText({ files: 1, rows: 2, findings })).toBe(
      'Checked 1 file with 2 rows: 1 finding.\n  error    raw-1: it is torn\n',
    )
  })

  it('of a restore say where the old history is', () => {
    const report = { path: '/d', rows: 5, files: 2, bytes: 1000 }
    expect(restoreText(report, [undefined])).toBe('Restored 5 rows of the history in 2 files as 1.0 kB in /d\n')
    expect(restoreText(report, ['/d.old', '/a.old'])).toMatch(/is kept in \/d\.old.*\n.*is kept in \/a\.old/)
  })

  it('of a backup say what is in it beside the history', () => {
    const report = { path: '/d', rows: 5, files: 2, bytes: 1000, also: ['auth.db', 'server.json'] }
    expect(backupText(report)).toBe(
      'Backed up 5 rows of the history in 2 files, and agents and users and who the server is, as 1.0 kB in /d\n',
    )
  })

  it('of a prune tell a dry run from a real one', () => {
    expect(pruneText({ files: [], bytes: 0 }, false)).toBe('Nothing is past its retention.\n')
    expect(pruneText({ files: ['a'], bytes: 1 }, true)).toBe(
      'Would drop 1 file of 1 B, all past their retention:\n  a\n',
    )
    expect(pruneText({ files: ['a'], bytes: 1 }, false)).toContain('Dropped 1 file')
  })
})

describe('what was taken note of', () => {
  const trouble = { tier: 'raw', message: 'gone', resumePoints: false }
  it('is named, and so is what is left', () => {
    expect(acceptText({ files: [], left: [] })).toBe('Nothing is lost that is to be taken note of.\n')
    expect(
      acceptText({
        files: [{ name: 'raw-a', what: 'missing', ...trouble }],
        left: [{ name: 'raw-b', what: 'unusable', ...trouble }],
      }),
    ).toBe(
      "Taken note of:\n  raw-a (missing): gone\nNone of the store's own; move it away:\n  raw-b (unusable): gone\n",
    )
  })
})
