import type { z } from 'zod'
import type { Path } from '@netstats/sdk/config'
import { keysOf, outlineAt } from './outline.ts'
import type { Outline } from './outline.ts'
import { didYouMean } from './suggest.ts'

/** One thing wrong with a value, before it is known where the value came from. */
export interface Finding {
  readonly path: Path
  /** Whether the key itself is wrong or the value behind it. */
  readonly what: 'key' | 'value'
  readonly message: string
}

type Issue = z.core.$ZodIssue

/** Says in an operator's words what zod found: what is there, what was expected, and what was perhaps meant. */
export const explainIssues = (issues: readonly Issue[], outline: Outline, input: unknown): readonly Finding[] =>
  issues.flatMap((issue) => explain(issue, [], outline, input))

const explain = (issue: Issue, base: Path, outline: Outline, input: unknown): readonly Finding[] => {
  const path = [...base, ...issue.path]
  const value = valueAt(input, path)
  const here = outlineAt(outline, path, input)
  const finding = (message: string): readonly Finding[] => [{ path, what: 'value', message }]

  switch (issue.code) {
    case 'unrecognized_keys': {
      const known = keysOf(here, value)
      return issue.keys.map((key) => ({ path: [...path, key], what: 'key', message: unknownKey(key, known) }))
    }
    case 'invalid_union':
      return explainUnion(issue, path, outline, input, here)
    case 'invalid_key':
    case 'invalid_element':
      return issue.issues.flatMap((one) => explain(one, path, outline, input))
    case 'too_small':
    case 'too_big': {
      if (issue.origin !== 'array') return finding(foundExpected(value, here))
      const bound = issue.code === 'too_small' ? `at least ${issue.minimum}` : `at most ${issue.maximum}`
      const length = Array.isArray(value) ? value.length : 0
      return finding(`found a list of ${length}, expected ${bound}`)
    }
    case 'custom': {
      const { fault, found, expected } = (issue.params ?? {}) as { fault?: string; found?: string; expected?: string }
      if (fault !== undefined) return finding(fault)
      if (expected === undefined) return finding(issue.message)
      if (value === undefined) return finding(`missing, expected ${expected}`)
      return finding(`found ${found ?? show(value)}, expected ${expected}`)
    }
    case 'invalid_value':
      return finding(`${foundExpected(value, here)}${meant(value, issue.values.map(String))}`)
    case 'invalid_type':
    case 'invalid_format':
    case 'not_multiple_of':
      return finding(foundExpected(value, here))
  }
}

const unknownKey = (key: string, known: readonly string[]): string => {
  const guess = didYouMean(key, known)
  if (guess !== '') return `unknown key${guess}`
  return known.length === 0 ? 'unknown key' : `unknown key, expected one of ${known.join(', ')}`
}

/** The form that fits the value best explains what is wrong with it; without one, all forms are named. */
const explainUnion = (
  issue: Extract<Issue, { code: 'invalid_union' }>,
  path: Path,
  outline: Outline,
  input: unknown,
  here: Outline | undefined,
): readonly Finding[] => {
  const value = valueAt(input, path)
  if (!('errors' in issue) || issue.errors.length === 0) {
    const options = 'options' in issue && issue.options !== undefined ? issue.options.map(String) : []
    const expected = options.length === 0 ? (here?.expected ?? 'something else') : `one of ${options.join(', ')}`
    const start = value === undefined ? 'missing' : `found ${show(value)}`
    return [{ path, what: 'value', message: `${start}, expected ${expected}${meant(value, options)}` }]
  }
  const deeper = issue.errors.filter((one) =>
    one.some((inner) => inner.path.length > 0 || inner.code === 'unrecognized_keys'),
  )
  const closest = deeper.toSorted((a, b) => a.length - b.length)[0]
  if (closest !== undefined) return closest.flatMap((one) => explain(one, path, outline, input))
  return [{ path, what: 'value', message: foundExpected(value, here) }]
}

const foundExpected = (value: unknown, outline: Outline | undefined): string => {
  const expected = outline?.expected ?? 'something else'
  if (value === undefined) return `missing, expected ${expected}`
  const plain = outline === undefined || outline.type === 'scalar'
  // Text where a list or mapping belongs may be anything, also a secret: name its type only.
  const found = plain || typeof value !== 'string' ? show(value) : 'text'
  const quotes = plain && typeof value !== 'string' && typeof value !== 'object' && expected.startsWith('text')
  return `found ${found}, expected ${expected}${quotes ? ' (put quotes around it)' : ''}`
}

const meant = (value: unknown, known: readonly string[]): string =>
  typeof value === 'string' ? didYouMean(value, known) : ''

const maxShown = 60

const show = (value: unknown): string => {
  if (value === null) return 'nothing'
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object') return 'a mapping'
  const text = typeof value === 'string' ? value : `${value as number | boolean}`
  const cut = text.length > maxShown ? `${text.slice(0, maxShown)}…` : text
  return typeof value === 'string' ? JSON.stringify(cut) : cut
}

export const valueAt = (input: unknown, path: Path): unknown => {
  let value = input
  for (const step of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined
    value = (value as Record<PropertyKey, unknown>)[step]
  }
  return value
}
