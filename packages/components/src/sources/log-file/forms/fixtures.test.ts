import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { eventOf, findingsOf } from '../events.ts'
import type { LogFinding } from '../events.ts'
import { readLine } from './mod.ts'

const folder = join(import.meta.dirname, '..', 'fixtures')
/** What a line is and what must be read of it. `tells` has the name of a metric, or a block, with its values. */
interface Fixture {
  readonly line: string
  readonly at: number
  readonly severity: number
  readonly message: string
  readonly component?: string
  readonly fields?: Readonly<Record<string, string>>
  readonly event?: string
  readonly tells?: readonly unknown[]
}
const now = Date.UTC(2026, 11, 1, 12)

const plain = (finding: LogFinding): readonly unknown[] =>
  finding.kind === 'metric'
    ? [finding.body.name, Number(finding.body.value.toFixed(3))]
    : [finding.kind, Number(finding.body.processingMs.toFixed(3)), finding.body.number, finding.body.hash]
const rounded = (told: readonly unknown[]): readonly unknown[] =>
  told.map((one) => (typeof one === 'number' ? Number(one.toFixed(3)) : one))
const toldOf = ({ tells }: Fixture): readonly (readonly unknown[])[] => {
  if (tells === undefined) return []
  const list = Array.isArray(tells[0]) ? (tells as readonly (readonly unknown[])[]) : [tells]
  return list.map(rounded)
}

describe('lines of clients', () => {
  it.each(readdirSync(folder))('are read with time, severity, part, fields and what they tell: %s', (file) => {
    const fixtures = readFileSync(join(folder, file), 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Fixture)
    expect(fixtures).toHaveLength(200)
    for (const fixture of fixtures) {
      const { line, at, severity, message, component, fields, event } = fixture
      const read = readLine(line, { now, utc: true })
      expect(read, line).toBeDefined()
      if (read === undefined) continue
      expect(
        { at: read.at, severity: read.severity, message: read.message, component: read.component, fields: read.fields },
        line,
      ).toEqual({ at, severity, message, component, fields })
      const told = eventOf(read.message)
      expect(told, line).toBe(event)
      expect(findingsOf(read, told).map(plain), line).toEqual(toldOf(fixture))
    }
  })
})
