import { describe, expect, it } from 'vitest'
import { createPartNames } from './self-report.ts'

describe('the name of a part in metrics', () => {
  it('is its sort, counted where there are several, and says nothing of addresses and nodes', () => {
    const nameOf = createPartNames()
    expect(nameOf('spool')).toBe('spool')
    expect(nameOf('sink/netstats 127.0.0.1:18210 node-1')).toBe('sink/netstats')
    expect(nameOf('sink/netstats 10.0.0.1:3000 node-2')).toBe('sink/netstats.2')
    expect(nameOf('sink/netstats 127.0.0.1:18210 node-1')).toBe('sink/netstats')
    expect(nameOf('source/host')).toBe('source/host')
  })
})
