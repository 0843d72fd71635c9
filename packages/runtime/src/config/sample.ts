import type { z } from 'zod'
import { outlineOf } from './outline.ts'
import type { ObjectOutline, Outline } from './outline.ts'

/**
 * A commented sample file for a schema. Required keys stand with an example, all others are commented out at their
 * default: `#key: value` without a space after the hash, so that taking the hash away switches the line on. Those without a
 * default have no value there, which counts as not given, and name one in a comment.
 */
export const sampleConfig = (schema: z.ZodType, header: string): string =>
  [...header.split('\n').map(comment), '', ...sampleOf(outlineOf(schema), 0)].join('\n').replaceAll(/\n{3,}/g, '\n\n') +
  '\n'

const width = 110
const comment = (line: string): string => (line === '' ? '#' : `# ${line}`)
const pad = (depth: number): string => '  '.repeat(depth)

const sampleOf = (outline: Outline, depth: number): string[] => {
  if (outline.type !== 'object') return []
  return Object.entries(outline.fields).flatMap(([key, field]) => {
    const lines = [...prose(field.description, depth), ...entry(key, field, depth)]
    // A blank line between the sections of the file, none within them.
    return depth === 0 ? [...lines, ''] : lines
  })
}

const entry = (key: string, field: Outline, depth: number): string[] => {
  const off = field.sampled ? '' : '#'
  const head = `${pad(depth)}${off}${key}:`
  switch (field.type) {
    case 'object': {
      // A section stands even where it is optional, unless it has keys that must be given: then it is all comments.
      const needy = Object.values(field.fields).some((one) => one.sampled)
      const below = sampleOf(field, depth + 1)
      return field.sampled || !needy ? [`${pad(depth)}${key}:`, ...below] : [head, ...commentOut(below)]
    }
    case 'list': {
      const items = listItems(field.item, depth + 1)
      return items === undefined ? [line(head, field)] : [head, ...(field.sampled ? items : commentOut(items))]
    }
    case 'choice':
    case 'either':
    case 'map':
    case 'scalar':
      return [line(head, field)]
  }
}

const line = (head: string, field: Outline): string => {
  if (field.sampled || field.fallback !== undefined) return `${head} ${value(field)}`
  const example = value(field)
  return example === '' ? `${head} # none by default` : `${head} # none by default; for example ${example}`
}

/**
 * One item of a list of mappings, or one of each shape; undefined where the items are plain values. Of several shapes the
 * first is switched on, and those that need nothing to be given.
 */
const listItems = (item: Outline, depth: number): string[] | undefined => {
  if (item.type === 'object') return dashed(sampleOf(requiredFirst(item), depth + 1), depth)
  if (item.type === 'choice') {
    return Object.values(item.options).flatMap((option, i) => {
      const lines = [...prose(option.description, depth), ...dashed(sampleOf(requiredFirst(option), depth + 1), depth)]
      const needy = Object.entries(option.fields).some(([key, one]) => key !== item.on && one.sampled)
      return i === 0 || !needy ? lines : commentOut(lines)
    })
  }
  return undefined
}

/** The dash of a list item needs a key that is switched on. */
const requiredFirst = (outline: ObjectOutline): ObjectOutline => {
  const fields = Object.entries(outline.fields)
  const sorted = [...fields.filter(([, one]) => one.sampled), ...fields.filter(([, one]) => !one.sampled)]
  return { ...outline, fields: Object.fromEntries(sorted) }
}

/** Puts the dash of a list item before its first key; comments above that key move above the dash. */
const dashed = (lines: string[], depth: number): string[] => {
  const first = lines.findIndex((line) => !/^\s*# /.test(line))
  if (first < 0) return lines
  const indent = pad(depth)
  const moved = lines.slice(0, first).map((line) => line.replace(/^ {2}/, ''))
  const head = (lines[first] ?? '').replace(`${indent}  `, `${indent}- `)
  return [...moved, head, ...lines.slice(first + 1)]
}

/** Switches lines off; what is a comment already stays as it is. */
const commentOut = (lines: string[]): string[] =>
  lines.map((line) => (/^\s*(#|$)/.test(line) ? line : line.replace(/^(\s*)/, '$1#')))

const prose = (text: string, depth: number): string[] => {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(/\s+/).filter((one) => one !== '')) {
    if (line !== '' && line.length + word.length + 1 > width - depth * 2) {
      lines.push(line)
      line = word
    } else line = line === '' ? word : `${line} ${word}`
  }
  return [...lines, ...(line === '' ? [] : [line])].map((one) => `${pad(depth)}${comment(one)}`)
}

const value = (field: Outline): string => {
  if (field.fallback !== undefined) return inline(field.fallback)
  if (field.example !== undefined) return field.example
  if (field.type === 'list') return `[${value(field.item)}]`
  if (field.type === 'map') return '{}'
  if (field.type === 'scalar' && field.values !== undefined) return field.values[0] ?? ''
  if (field.type === 'either') return field.options[0] === undefined ? '' : value(field.options[0])
  if (field.type === 'scalar' && field.kind.endsWith('number')) return String(Math.max(1, field.least ?? 1))
  return field.required ? '...' : ''
}

/** A plain value as YAML on one line; quoted where it would read as something else. */
export const inline = (value: unknown): string => {
  if (typeof value !== 'string') return JSON.stringify(value)
  return /^[\w./~-][\w ./:~@+-]*$/.test(value) && !/^(true|false|null|~|[\d.+-]+)$|: |:$| $/.test(value)
    ? value
    : JSON.stringify(value)
}
