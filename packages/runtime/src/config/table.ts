import type { z } from 'zod'
import { variablePrefix } from './load.ts'
import { outlineOf } from './outline.ts'
import type { Outline } from './outline.ts'
import { inline } from './sample.ts'
import { variablesOf } from './variables.ts'

interface Row {
  readonly path: string
  readonly outline: Outline
}

/** Every option of a schema as a Markdown table: key, type, default, variable, meaning. */
export const optionTable = (schema: z.ZodType): string => {
  const outline = outlineOf(schema)
  const variables = new Map(variablesOf(outline, variablePrefix).map((one) => [one.path.join('.'), one.name]))
  const rows = [...rowsOf(outline, '')].map(({ path, outline }) => {
    const variable = variables.get(path.replace(/\[\]$/, ''))
    return [
      code(path),
      typeOf(outline),
      standard(outline),
      variable === undefined ? '' : code(variable),
      outline.description,
    ]
  })
  const head = ['key', 'type', 'default', 'variable', 'meaning']
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}

function* rowsOf(outline: Outline, path: string): Generator<Row> {
  switch (outline.type) {
    case 'scalar':
    case 'either':
      yield { path, outline }
      return
    case 'object':
      if (path !== '' && outline.description !== '') yield { path, outline }
      for (const [key, field] of Object.entries(outline.fields))
        yield* rowsOf(field, path === '' ? key : `${path}.${key}`)
      return
    case 'list':
      yield { path: outline.item.type === 'scalar' ? `${path}[]` : path, outline }
      // Of one of several forms the list itself says what they are.
      if (outline.item.type !== 'scalar' && outline.item.type !== 'either')
        yield* rowsOf({ ...outline.item, description: '' }, `${path}[]`)
      return
    case 'map':
      yield { path, outline }
      yield* rowsOf(outline.item, `${path}.NAME`)
      return
    case 'choice':
      for (const [value, option] of Object.entries(outline.options)) yield* rowsOf(option, `${path}(${value})`)
      return
  }
}

const code = (text: string): string => `\`${text}\``

const typeOf = (outline: Outline): string => {
  switch (outline.type) {
    case 'scalar':
      return outline.kind
    case 'object':
    case 'choice':
    case 'map':
      return 'mapping'
    case 'list':
      return outline.item.type === 'scalar' ? `list of ${outline.item.kind}` : 'list'
    case 'either':
      return outline.options.map(typeOf).join(' or ')
  }
}

const standard = (outline: Outline): string => {
  if (outline.required) return 'required'
  if (outline.fallback === undefined || outline.type === 'object') return ''
  return code(inline(outline.fallback))
}
