import { dirname, resolve } from 'node:path'
import type { z } from 'zod'
import { parseConfigDocument } from './document.ts'
import type { ConfigDocument } from './document.ts'
import { ConfigError } from '@netstats/sdk/config'
import { formatPath } from '@netstats/sdk/config'
import type { ConfigFault } from '@netstats/sdk/config'
import type { Path } from '@netstats/sdk/config'
import { explainIssues } from './issues.ts'
import type { Finding } from './issues.ts'
import { outlineOf } from './outline.ts'
import { inScope, readSmallFile } from '@netstats/sdk/config'
import type { FlagValue } from './flag-value.ts'
import { readVariables, variablesOf } from './variables.ts'

export interface LoadOptions<Schema extends z.ZodType> {
  readonly schema: Schema
  /** One YAML file; none means defaults, variables and flags only. */
  readonly file?: string
  /** Environment for variables and for secrets by reference; none is read where absent. */
  readonly env?: Readonly<Record<string, string | undefined>>
  readonly prefix?: string
  /** False reads `env` for secrets only: what the file alone says is wanted. */
  readonly useVariables?: boolean
  /** Variables with the prefix that somebody else reads. */
  readonly otherVariables?: readonly string[]
  readonly flags?: readonly FlagValue[]
}

export const variablePrefix = 'NETSTATS_'
const maxFileBytes = 1024 * 1024

/**
 * One configuration from file, variables and flags; the later wins. Throws a `ConfigError` with every fault found, each
 * with its place, what was there and what was expected.
 */
export const loadConfig = <Schema extends z.ZodType>(options: LoadOptions<Schema>): z.output<Schema> => {
  const { schema, file, env = {}, prefix = variablePrefix, otherVariables = [], flags = [] } = options
  const useVariables = options.useVariables ?? true
  const outline = outlineOf(schema)
  const document = file === undefined ? undefined : peekConfig(file)
  if (document !== undefined && document.faults.length > 0) throw new ConfigError(document.faults)
  const root = document?.value ?? {}
  if (typeof root !== 'object' || Array.isArray(root)) {
    throw new ConfigError([
      { origin: file ?? '', line: 1, column: 1, path: '', message: `found no mapping, expected ${outline.expected}` },
    ])
  }

  const variables = useVariables
    ? readVariables(variablesOf(outline, prefix), env, prefix, otherVariables)
    : { values: [], faults: [] }
  const given = [...variables.values, ...flags]
  const input = given.reduce<unknown>((whole, one) => put(whole, one.path, one.value), root)

  const folder = file === undefined ? process.cwd() : dirname(resolve(file))
  const result = inScope({ env, folder }, () => schema.safeParse(input))
  if (result.success && variables.faults.length === 0) return result.data
  const findings = result.success ? [] : explainIssues(result.error.issues, outline, input)
  const faults = findings.map((finding) => locate(finding, given, document, file))
  throw new ConfigError([...faults, ...variables.faults].toSorted(inFileOrder))
}

/** A config file as plain values, without a schema; `faults` tells where it is no YAML. */
export const peekConfig = (file: string): ConfigDocument => {
  const read = readSmallFile(file, maxFileBytes)
  if ('text' in read) return parseConfigDocument(read.text, file)
  throw new ConfigError([{ origin: file, path: '', message: `the configuration file ${read.problem}` }])
}

/** A copy of `whole` with `value` at `path`; lists and mappings on the way are made as needed. */
const put = (whole: unknown, path: Path, value: unknown): unknown => {
  const [step, ...rest] = path
  if (step === undefined) return value
  if (typeof step === 'number') {
    const list: unknown[] = Array.isArray(whole) ? [...whole] : []
    list[step] = put(list[step], rest, value)
    return list
  }
  const map = typeof whole === 'object' && whole !== null && !Array.isArray(whole) ? whole : {}
  const below = Object.hasOwn(map, step) ? (map as Record<PropertyKey, unknown>)[step] : undefined
  return { ...map, [step]: put(below, rest, value) }
}

const locate = (
  finding: Finding,
  given: readonly FlagValue[],
  document: ConfigDocument | undefined,
  file: string | undefined,
): ConfigFault => {
  const { path, what, message } = finding
  const source = given.findLast((one) => startsWith(path, one.path))
  // Within a flag's own value the path says where; the flag itself needs none.
  if (source !== undefined) {
    const rest = path.slice(source.path.length)
    return { origin: source.name, path: formatPath(rest), message }
  }
  if (document === undefined || file === undefined) return { origin: 'configuration', path: formatPath(path), message }
  return { origin: file, ...document.place(path, what), path: formatPath(path), message }
}

const startsWith = (path: Path, beginning: Path): boolean =>
  beginning.length <= path.length && beginning.every((step, i) => step === path[i])

const inFileOrder = (a: ConfigFault, b: ConfigFault): number =>
  (a.line ?? Number.MAX_SAFE_INTEGER) - (b.line ?? Number.MAX_SAFE_INTEGER) || (a.column ?? 0) - (b.column ?? 0)
