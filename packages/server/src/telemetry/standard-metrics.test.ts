import { describe, expect, it } from 'vitest'
import { standardFamilies, standardText } from './standard-metrics.ts'
import { parseExposition } from './testing/exposition.ts'

describe('what every program has', () => {
  it('is there under its usual names', () => {
    const families = parseExposition(standardText('1.2.3'))
    expect(families.get('netstats_build_info')?.samples).toMatchObject([
      { labels: { program: 'server', version: '1.2.3' }, value: 1 },
    ])
    expect(families.get('process_resident_memory_bytes')?.samples[0]?.value).toBeGreaterThan(1e6)
    expect([...families.keys()].every((name) => standardFamilies.some((family) => family.name === name))).toBe(true)
  })
})
