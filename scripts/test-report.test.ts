import { describe, expect, it } from 'vitest'
import { countCases } from './test-report.ts'

const report = (...files: readonly (readonly string[])[]): string =>
  JSON.stringify({
    testResults: files.map((statuses, i) => ({
      name: `file-${i}`,
      status: statuses.length === 0 || statuses.includes('failed') ? 'failed' : 'passed',
      assertionResults: statuses.map((status, j) => ({ status, fullName: `case ${i}.${j}` })),
    })),
  })

describe('the count of cases', () => {
  it('adds up the files', () => {
    expect(countCases(report(['passed', 'passed'], ['passed']), 0)).toEqual({ passed: 3, failed: 0, remarks: [] })
    expect(countCases(report(['passed', 'failed'], ['failed']), 1)).toEqual({ passed: 1, failed: 2, remarks: [] })
  })
  it('takes a case that did not run for a failure, and names it', () => {
    expect(countCases(report(['passed', 'skipped', 'todo']), 0)).toEqual({
      passed: 1,
      failed: 2,
      remarks: ['not run: case 0.1', 'not run: case 0.2'],
    })
  })
  it('takes a file that could not be loaded for a failure', () => {
    expect(countCases(report(['passed'], []), 1)).toEqual({
      passed: 1,
      failed: 1,
      remarks: ['could not be run: file-1'],
    })
  })
  it('believes the exit code when no case failed', () => {
    expect(countCases(report(['passed']), 1)).toEqual({ passed: 1, failed: 1, remarks: ['ended with code 1'] })
  })
  it('takes a missing report for a failure', () => {
    expect(countCases(undefined, 0)).toEqual({ passed: 0, failed: 1, remarks: ['ended without a report'] })
  })
})
