import { besu, nethermind, nethermindConsole } from './java-and-dotnet.ts'
import { gethTerminal, logfmt } from './geth.ts'
import type { Form, FormContext, LogLine } from './form.ts'
import { json, journal } from './json.ts'
import { parity, reth } from './rust.ts'

export type { FormContext, LogLine } from './form.ts'

/** Told apart by how a line begins, so that a file of any client, or of several, needs no word about it. */
const plain: readonly Form[] = [gethTerminal, besu, nethermind, reth, nethermindConsole, logfmt, parity]

const plainForm: Form = (line, context) => {
  for (const form of plain) {
    const read = form(line, context)
    if (read !== undefined) return read
  }
  return undefined
}

/** Colours and other commands for terminals. */
// oxlint-disable-next-line no-control-regex -- the escape is what is looked for
const escapes = /\u001b\[[0-9;]{0,20}[A-Za-z]/g

export const withoutEscapes = (line: string): string => (line.includes('\u001b') ? line.replaceAll(escapes, '') : line)

/** What a line says; undefined for one of no form that is known. */
export const readLine: Form = (line, context: FormContext): LogLine | undefined => {
  if (!line.startsWith('{')) return plainForm(line, context)
  const read = json(line, context)
  if (read?.form !== 'journald') return read
  return journal(JSON.parse(line) as Record<string, unknown>, context, readClientLine) ?? read
}

/** A line within an entry of the journal. */
const readClientLine: Form = (line, context) =>
  line.startsWith('{') ? json(line, context) : plainForm(withoutEscapes(line), context)
