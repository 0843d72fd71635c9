/** The specification says what the code does: its examples are read, its numbers and names compared. */
import { readFileSync } from 'node:fs'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isKind, kinds } from '../kinds/mod.ts'
import type { Kind } from '../kinds/mod.ts'
import { arbitraryBody } from '../testing/arbitraries.ts'
import { toPlain } from '../parse.ts'
import { shedClassOf } from '../observation.ts'
import { shedRank } from '../shed.ts'
import { nodeId } from '../units.ts'
import { netstatsParseCodes } from './errors.ts'
import { defaults, limits } from './limits.ts'
import { nackReasons, refusals } from './messages.ts'
import { readAgentFrame } from './read-agent.ts'
import { readServerFrame } from './read-server.ts'

const spec = readFileSync(new URL('../../../../docs/specs/netstats-protocol.md', import.meta.url), 'utf8')
const section = (title: string): string => spec.split(/^##+ /m).find((one) => one.includes(title)) ?? ''
const examples = [...spec.matchAll(/^```netstats (agent|server)\n([\s\S]*?)\n```$/gm)].map(([, side, text]) => ({
  side,
  text: text ?? '',
}))

const agentTypes = ['hello', 'proof', 'batch', 'now', 'answer', 'ping', 'pong', 'bye']
const serverTypes = ['challenge', 'welcome', 'ack', 'nack', 'credit', 'intervals', 'request', 'refuse', 'bye']

describe('the specification', () => {
  it('has examples that are read, with nothing in them that is set aside', () => {
    const types = examples.map(({ side, text }) => {
      const message = side === 'agent' ? readAgentFrame(text, { node: nodeId('x') }) : readServerFrame(text)
      expect(message.type).not.toBe('unknown')
      if ('setAside' in message) expect(message.setAside).toEqual({ unknown: 0, invalid: 0 })
      return `${side} ${message.type}`
    })
    const written = new Set(types)
    for (const type of agentTypes.filter((one) => one !== 'ping')) expect(written).toContain(`agent ${type}`)
    for (const type of serverTypes) expect(written).toContain(`server ${type}`)
  })

  it.each([
    ['limits', limits],
    ['defaults', { ...defaults, ...defaults.intervals, intervals: undefined }],
  ])('has the numbers of %s', (_, numbers) => {
    for (const [name, value] of Object.entries(numbers))
      if (value !== undefined) expect(section('12. Limits')).toContain(`| \`${name}\` | ${value} |`)
  })

  it('names every type, code and reason', () => {
    for (const type of [...agentTypes, ...serverTypes])
      expect(section('From agents') + section('From servers') + section('From both')).toContain(`\`${type}\``)
    for (const code of netstatsParseCodes) expect(section('10. Faults')).toContain(`\`${code}\``)
    for (const reason of nackReasons) expect(section('5. The stream')).toContain(`| \`${reason}\` |`)
    for (const reason of refusals) expect(section('Reasons of a refusal')).toContain(`\`${reason}\``)
  })

  it.each((Object.keys(kinds) as Kind[]).map((kind) => [kind]))('names every field of a %s, and its class', (kind) => {
    const row =
      section('14. Kinds')
        .split('\n')
        .find((one) => one.startsWith(`| \`${kind}\` |`)) ?? ''
    const fields = new Set(fc.sample(arbitraryBody(kind), 200).flatMap((body) => Object.keys(toPlain(body) as object)))
    for (const field of fields) expect(row).toContain(`\`${field}\``)
    expect(row.endsWith(`| ${shedRank(shedClassOf(kind)) + 1} |`)).toBe(true)
  })

  it('names no kind there is not', () => {
    const named = [...section('14. Kinds').matchAll(/^\| `([a-z-]+)` \|/gm)].map(([, kind]) => kind)
    expect(named.filter((kind) => !isKind(kind))).toEqual([])
  })
})
