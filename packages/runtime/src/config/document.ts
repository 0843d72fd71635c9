import { createRequire } from 'node:module'
import type { Document, Node } from 'yaml'
import type * as Yaml from 'yaml'
import type { ConfigFault } from '@netstats/sdk/config'
import type { Path } from '@netstats/sdk/config'

// Loaded when a file is read: an agent that is told everything by flags saves the memory.
const yaml = (): typeof Yaml => createRequire(import.meta.url)('yaml') as typeof Yaml

export interface Place {
  readonly line: number
  readonly column: number
}

/** A YAML file as plain values, and where each of them stands. */
export interface ConfigDocument {
  readonly value: unknown
  readonly faults: readonly ConfigFault[]
  /** Place of the value at a path, or of the nearest thing around it; `key` asks for the key itself. */
  place(path: Path, what: 'key' | 'value'): Place
}

/** Aliases may repeat a part of the file, but not blow it up. */
const maxAliases = 50

export const parseConfigDocument = (text: string, origin: string): ConfigDocument => {
  const { LineCounter, parseDocument } = yaml()
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true, version: '1.2' })
  const at = (offset: number): Place => {
    const { line, col } = lines.linePos(Math.min(offset, text.length))
    return { line: Math.max(1, line), column: Math.max(1, col) }
  }
  const faults: ConfigFault[] = document.errors.map((error) => ({
    origin,
    ...at(error.pos[0]),
    path: '',
    message: inPlainWords(error.code, error.message, text.slice(error.pos[0], error.pos[0] + 80)),
  }))
  for (const warning of document.warnings) {
    faults.push({ origin, ...at(warning.pos[0]), path: '', message: `${warning.message}; remove the tag` })
  }
  let value: unknown
  if (faults.length === 0) {
    try {
      value = withoutNulls(document.toJS({ maxAliasCount: maxAliases }))
    } catch (error) {
      faults.push({
        origin,
        line: 1,
        column: 1,
        path: '',
        message: `aliases repeat too much of the file: ${(error as Error).message}`,
      })
    }
  }
  return { value, faults, place: (path, what) => at(offsetOf(document, path, what)) }
}

const inPlainWords = (code: string, message: string, found: string): string => {
  switch (code) {
    case 'TAB_AS_INDENT':
      return 'a tab is used to indent; YAML wants spaces'
    case 'DUPLICATE_KEY':
      return `the key ${JSON.stringify(found.split(/[:\s]/, 1)[0])} is given twice; keep one`
    case 'BAD_INDENT':
      return `wrong indentation: ${message}`
    case 'MULTIPLE_DOCS':
      return 'the file holds several documents; keep one, without "---" between'
    default:
      return `not YAML: ${message.replaceAll(/\s+/g, ' ')} (text with : # [ ] { } @ or * may need quotes)`
  }
}

/** A key without a value counts as not given: `spool:` above lines that are all comments is no mistake. */
const withoutNulls = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(withoutNulls)
  if (typeof value !== 'object' || value === null) return value
  const out: Record<string, unknown> = {}
  for (const [key, one] of Object.entries(value)) {
    if (one === null || one === undefined) continue
    Object.defineProperty(out, key, { value: withoutNulls(one), enumerable: true, configurable: true, writable: true })
  }
  return out
}

const offsetOf = (document: Document.Parsed, path: Path, what: 'key' | 'value'): number => {
  const { isAlias, isMap, isSeq } = yaml()
  let node: unknown = document.contents
  let best = start(node) ?? 0
  for (const [index, step] of path.entries()) {
    if (isAlias(node)) node = node.resolve(document)
    if (isMap(node)) {
      const pair = node.items.find((one) => yaml().isScalar(one.key) && String(one.key.value) === String(step))
      if (pair === undefined) return best
      const last = index === path.length - 1
      best = (last && what === 'value' ? filledStart(pair.value) : undefined) ?? start(pair.key) ?? best
      node = pair.value
    } else if (isSeq(node)) {
      const item = node.items[Number(step)]
      best = start(item) ?? best
      node = item
    } else return best
  }
  return best
}

const start = (node: unknown): number | undefined => (node as Node | null | undefined)?.range?.[0]
const filledStart = (node: unknown): number | undefined =>
  yaml().isScalar(node) && node.value === null ? undefined : start(node)
