import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { networkFacts, nodeFacts, serverFacts } from '../testing/facts.ts'
import { compileExpression, compileText, networkContext, nodeContext, serverContext } from './mod.ts'
import type { About, Context } from './mod.ts'

const at = Date.UTC(2026, 11, 1)
const node = nodeContext(
  nodeFacts(at, {
    columns: { peers: 3, blockNumber: null, syncing: false, clientName: 'geth', propagation: [10, 20, -1] },
    metrics: { 'host.diskFreeBytes': 2048 },
    trends: { 'host.diskFreeBytes': { perHour: -5, fit: 0.9, hours: 4 } },
  }),
)

const evaluate = (text: string, context: Context = node, about: About = 'node') => {
  const compiled = compileExpression(text, about, 'any')
  if (!compiled.ok) throw new Error(`${compiled.fault.at}: ${compiled.fault.message}`)
  return compiled.expression.evaluate(context)
}
const faultOf = (text: string, about: About = 'node', type: 'bool' | 'any' = 'bool') => {
  const compiled = compileExpression(text, about, type)
  return compiled.ok ? undefined : compiled.fault
}

describe('an expression', () => {
  it.each([
    ['node.peers < 4 && !node.syncing', true],
    ['node.peers == 3', true],
    ['node.peers * 2 + 1', 7],
    ['10 - node.peers', 7],
    ['node.clientName in ["geth", "besu"]', true],
    ['node.propagation.exists(ms, ms > 15)', true],
    ['node.metric("host.diskFreeBytes") / 1024', 2],
    ['node.metricAge("host.diskFreeBytes")', 0],
    ['node.trend("host.diskFreeBytes").perHour < 0 && node.trend("host.diskFreeBytes").hours >= 4', true],
    ['network.active == network.nodes', true],
    ['has(node.blockNumber)', false],
    ['sizeText(node.metric("host.diskFreeBytes"))', '2 KiB'],
    ['network.headAgeMs', 2000],
  ])('%s gives %j', (text, value) => expect(evaluate(text)).toEqual({ state: 'value', value }))

  it('is not known while a fact is not, unless the fact does not matter', () => {
    expect(evaluate('node.blockNumber > 5')).toEqual({ state: 'unknown' })
    expect(evaluate('node.metric("host.load1") > 5')).toEqual({ state: 'unknown' })
    expect(evaluate('node.trend("host.load1").perHour > 5')).toEqual({ state: 'unknown' })
    expect(evaluate('node.blockNumber > 5 || node.peers == 3')).toEqual({ state: 'value', value: true })
    expect(evaluate('has(node.blockNumber) && node.blockNumber > 5')).toEqual({ state: 'value', value: false })
  })

  it('reads facts that were filled anew', () => {
    const facts = { ...nodeFacts(at), networkFacts: networkFacts(at, { active: 6 }) }
    const context = nodeContext(facts)
    expect(evaluate('network.active', context)).toEqual({ state: 'value', value: 6 })
    facts.networkFacts = networkFacts(at, { active: 2 })
    expect(evaluate('network.active', context)).toEqual({ state: 'value', value: 2 })
  })

  it('says why it failed', () => {
    expect(evaluate('int(node.name) > 5')).toMatchObject({ state: 'failed' })
    expect(evaluate('node.propagation[7] > 5.0')).toMatchObject({ state: 'failed' })
  })

  it('is about a network or the server too', () => {
    const split = networkContext(networkFacts(at, { split: { number: 9, nodes: [4, 2] } }))
    expect(evaluate('network.branches.size() > 1 && network.reorgDepth == 0', split, 'network')).toMatchObject({
      value: true,
    })
    const server = serverContext(
      serverFacts(at, { parts: [{ name: 'geo', state: 'degraded', reason: null }], metrics: { a: 2 } }),
    )
    expect(evaluate('server.part("geo") == "degraded" && server.part("feed") == "ok"', server, 'server')).toMatchObject(
      {
        value: true,
      },
    )
    expect(evaluate('server.metric("a") > 1', server, 'server')).toMatchObject({ value: true })
    expect(evaluate('server.metric("b") > 1', server, 'server')).toEqual({ state: 'unknown' })
  })

  it.each([
    ['node.pers < 4', 6, 'no such key: pers'],
    ['nod.peers < 4', 1, 'unknown variable: nod'],
    ['node.peers <', 13, 'unexpected token: EOF'],
    ['node.name + 1', 1, 'no such overload: string + int'],
    ['node.peers', 1, 'gives double, but has to give true or false'],
    ['true && node.name.matches("(a+)+$")', 9, 'matches is not available; use ==, startsWith, endsWith or contains'],
    ['cel.bind(a, 1, a > 0)', 1, 'cel.bind is not available'],
    ['server.part("geo") == "ok"', 1, 'unknown variable: server'],
    [`${'('.repeat(40)}true${')'.repeat(40)}`, 31, 'exceeded maxDepth (30)'],
    [' '.repeat(2001), 2000, 'longer than 2000 characters'],
  ])('%s is refused at %d', (text, place, message) => {
    expect(faultOf(text)).toEqual({ at: place, message })
  })

  it('has no loops in loops in loops', () => {
    const list = 'node.propagation'
    expect(faultOf(`${list}.all(a, ${list}.exists(b, a > b))`)).toBeUndefined()
    expect(faultOf(`${list}.all(a, ${list}.all(b, ${list}.exists(c, c > a + b)))`)?.message).toMatch(/at most 2/)
  })

  it('compiles or is refused, whatever the text, and never throws', () => {
    const pieces = fc.constantFrom(
      'node',
      '.',
      'peers',
      '<',
      '3',
      '(',
      ')',
      '"',
      '[',
      ']',
      '{',
      '&&',
      'has',
      '?',
      ':',
      '-',
      ',',
    )
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 20 }), fc.string(), (words, noise) => {
        for (const text of [words.join(' '), words.join('') + noise]) {
          const compiled = compileExpression(text, 'node', 'any')
          if (compiled.ok) expect(compiled.expression.evaluate(node).state).toMatch(/^(value|unknown|failed)$/)
          else expect(compiled.fault.message).not.toBe('')
        }
      }),
    )
  })
})

describe('a text', () => {
  const fill = (template: string): string => {
    const compiled = compileText(template, 'node')
    if (!compiled.ok) throw new Error(compiled.fault.message)
    return compiled.text.fill(node)
  }

  it('has places that are expressions; what is not known is a question mark', () => {
    expect(fill('{{node.name}} has {{ node.peers }} peers of {{network.nodes - 1}}, block {{node.blockNumber}}')).toBe(
      'validator-1 has 3 peers of 5, block ?',
    )
    expect(fill('{{node.peers / 7}} {{node.syncing}} {{node.propagation}}')).toBe('0.43 false 10, 20, -1')
    expect(fill('nothing {to} fill')).toBe('nothing {to} fill')
  })

  it('says where a place is wrong', () => {
    expect(compileText('peers: {{node.pers}}', 'node')).toEqual({
      ok: false,
      fault: { at: 15, message: 'no such key: pers' },
    })
    expect(compileText('{{1}}'.repeat(21), 'node')).toMatchObject({
      ok: false,
      fault: { message: 'more than 20 places' },
    })
  })
})
