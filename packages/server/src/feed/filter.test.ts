import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { NodeColumn, NodeRow } from '@netstats/protocol/feed'
import { nodeColumnNames } from '@netstats/protocol/feed'
import { searchedColumns } from './indexed-columns.ts'
import { matcherOf } from './filter-match.ts'
import { filterLimits, parseFilter } from './filter.ts'
import type { Filter } from './filter.ts'

const read = (text: string): Filter => {
  const result = parseFilter(text)
  if (!result.ok) throw new Error(`${result.fault.position}: ${result.fault.message}`)
  return result.filter
}

const faultOf = (text: string) => {
  const result = parseFilter(text)
  if (result.ok) throw new Error(`"${text}" was understood`)
  return result.fault
}

const row = {
  id: 'sealer-1',
  name: 'Sealer One',
  state: 'inactive',
  client: 'Geth/v1.13.15-stable/linux',
  clientName: 'geth',
  clientVersion: '1.13.15',
  contact: null,
  country: 'Germany',
  behind: 3,
  peers: 8,
  mining: true,
  syncing: null,
  gasPrice: '1000000000',
  propagation: [5, -1, 40],
} as unknown as NodeRow

const matches = (text: string, over: Partial<NodeRow> = {}): boolean => {
  const node = { ...row, ...over }
  return matcherOf(read(text)).matches({
    value: (column: NodeColumn) => node[column],
    searchText: () =>
      searchedColumns
        .map((c) => node[c] ?? '')
        .join('\n')
        .toLowerCase(),
  })
}

describe('the filter language', () => {
  it.each([
    '',
    'geth',
    'GETH german',
    '"sealer one"',
    'client:v1.13',
    'version:=1.13.15',
    'state:inactive',
    'behind:>2',
    'behind:>=3 behind:<=3',
    'behind:3',
    'peers:3..8',
    'contact:null',
    'mining:yes',
    'gas:>999999999',
    'propagation:40',
    '-besu',
    '-state:active',
    '-peers:>8',
    'name:"sealer one"',
    'name:="sealer one"',
  ])('finds the node with %j', (text) => {
    expect(matches(text)).toBe(true)
  })

  it.each([
    'besu',
    'geth besu',
    'oneGermany',
    'state:active',
    'behind:<3',
    'peers:9..20',
    '-contact:null',
    'mining:no',
    'syncing:true',
    'syncing:false',
    'version:=1.13',
    '-geth',
    '"one sealer"',
  ])('does not find it with %j', (text) => {
    expect(matches(text)).toBe(false)
  })

  it('holds an unknown value to be neither above nor below anything', () => {
    expect(matches('behind:>0', { behind: null })).toBe(false)
    expect(matches('behind:<0', { behind: null })).toBe(false)
    expect(matches('behind:null', { behind: null })).toBe(true)
  })

  it('does not join words across columns', () => {
    expect(matches('stablegeth')).toBe(false)
  })

  it('takes a lone minus and quoted operators literally', () => {
    expect(matches('-', { name: 'a-b' })).toBe(true)
    expect(matches('name:">2"', { name: 'x>2' })).toBe(true)
    expect(matches('"state:active"', { name: 'my state:active node' })).toBe(true)
  })

  it.each([
    ['colour:red', 0, 'one of id, name'],
    ['geth  -colour:red', 7, 'one of id, name'],
    ['behind:>x', 8, 'a number'],
    ['behind:', 7, 'a number'],
    ['peers:3..', 6, 'a number'],
    ['geth "half', 5, 'a closing "'],
    ['state:act', 6, 'active or inactive'],
    ['mining:maybe', 7, 'true, false or null'],
    ['name:>3', 5, 'text'],
    ['-""', 0, 'a word'],
  ])('says what is wrong with %j, where, and what was expected', (text, position, expected) => {
    const fault = faultOf(text)
    expect(fault.position).toBe(position)
    expect(fault.expected).toContain(expected)
    expect(fault.message).toMatch(/^[A-Z"].*\.$/)
  })

  it('bounds length and words', () => {
    expect(faultOf('x'.repeat(filterLimits.length + 1)).expected).toContain(`${filterLimits.length}`)
    expect(faultOf('x '.repeat(filterLimits.terms + 1)).position).toBe(2 * filterLimits.terms)
  })

  it('gives filters of one meaning one canonical form', () => {
    expect(read(' geth   peers:>3').canonical).toBe(read('PEERS:>3 GETH geth').canonical)
    expect(read('block:5').canonical).toBe(read('blockNumber:=5').canonical)
    expect(read('-geth').canonical).not.toBe(read('geth').canonical)
  })

  it('knows every column by its name', () => {
    for (const column of nodeColumnNames) expect(read(`${column}:null`).terms).toHaveLength(1)
  })

  it('never throws, and every fault points into the text or just behind it', () => {
    const text = fc.oneof(
      fc.string({ maxLength: 60 }),
      fc
        .array(fc.constantFrom('-', '"', ':', '>', '<=', '..', ' ', 'peers', 'name', 'state', '9', 'null', '\\', 'é'), {
          maxLength: 14,
        })
        .map((parts) => parts.join('')),
    )
    fc.assert(
      fc.property(text, (text) => {
        const result = parseFilter(text)
        if (result.ok) expect(() => matcherOf(result.filter)).not.toThrow()
        else {
          expect(result.fault.position).toBeGreaterThanOrEqual(0)
          expect(result.fault.position).toBeLessThanOrEqual(text.length)
        }
      }),
      { numRuns: 2000 },
    )
  })
})
