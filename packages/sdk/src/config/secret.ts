import { resolve } from 'node:path'
import { inspect } from 'node:util'
import { scalar } from './scalar.ts'
import type { Reading, Scalar } from './scalar.ts'
import { currentScope, readSmallFile } from './scope.ts'

const shown = '[secret]'
const maxBytes = 4096

/** A text that no log, error or JSON ever shows. Only `reveal` gives it, where it goes onto the wire. */
export class Secret {
  readonly #text: string
  /** Where it was read from, if it was a file. */
  readonly file: string | undefined
  constructor(text: string, file?: string) {
    this.#text = text
    this.file = file
  }
  reveal(): string {
    return this.#text
  }
  toString(): string {
    return shown
  }
  toJSON(): string {
    return shown
  }
  [inspect.custom](): string {
    return shown
  }
}

const expected = 'a secret: { env: NAME }, { file: PATH } or text in quotes'

/** A secret by reference, `{ env: NAME }` or `{ file: PATH }`, or as plain text. */
export const secret = (): Scalar<Secret> =>
  scalar({
    kind: 'secret',
    expected,
    examples: ['{ env: NETSTATS_ETHSTATS_SECRET }'],
    read: readSecret,
  })

const readSecret = (value: unknown): Reading<Secret> => {
  if (typeof value === 'string') {
    if (value === '') return { fault: 'found empty text, expected a secret; leave the key out to have none' }
    if (value.length > maxBytes) return { fault: `found text longer than ${maxBytes} characters, expected a secret` }
    return { value: new Secret(value) }
  }
  if (typeof value === 'number' || typeof value === 'boolean') {
    return { expected, found: `a ${typeof value} without quotes` }
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return value === undefined ? { expected } : { expected, found: 'a list' }
  }
  const [entry, ...others] = Object.entries(value)
  if (entry === undefined || others.length > 0) return { expected, found: 'a mapping of another shape' }
  const [key, name] = entry
  if (key !== 'env' && key !== 'file') {
    return { expected, found: `the key "${key.slice(0, 60)}"` }
  }
  if (typeof name !== 'string' || name === '') return { expected, found: `{ ${key}: } without a text` }
  return key === 'env' ? fromEnv(name) : fromFile(name)
}

const fromEnv = (name: string): Reading<Secret> => {
  const text = currentScope().env[name]
  if (text === undefined) return { fault: `the environment variable ${name} is not set; set it to the secret` }
  if (text === '') return { fault: `the environment variable ${name} is empty; set it to the secret` }
  return { value: new Secret(text) }
}

const fromFile = (name: string): Reading<Secret> => {
  const path = resolve(currentScope().folder, name)
  const read = readSmallFile(path, maxBytes)
  if ('problem' in read) return { fault: `the secret file ${path} ${read.problem}` }
  const text = read.text.replace(/\r?\n$/, '')
  return text === '' ? { fault: `the secret file ${path} is empty` } : { value: new Secret(text, path) }
}
