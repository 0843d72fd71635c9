import { unixMs } from '@netstats/protocol'
import type { Header } from '@netstats/protocol'
import { describe, expect, it } from 'vitest'
import type { CoreCommand } from '../bus/bus-messages.ts'
import { createHeaderRequests } from './header-requests.ts'
import { createSessionRecord } from './session-record.ts'

const at = unixMs(0)
const header = { number: 7 } as Header

const setup = () => {
  const sent: CoreCommand[] = []
  const link = { send: (command: CoreCommand) => void sent.push(command), records: new Map() }
  const recordOf = (session: number, network: string, gives = true) => {
    const record = createSessionRecord(link, session, {
      protocol: 'netstats',
      node: `n${session}`,
      info: { name: `n${session}` },
      address: '192.0.2.1',
      secret: undefined,
      historyBatch: 100,
    })
    Object.assign(record, { state: 'registered', network })
    record.headers.gives = gives
    return record
  }
  const records = [recordOf(1, 'a', false), recordOf(2, 'a'), recordOf(3, 'a'), recordOf(4, 'b')]
  const wanted = new Map<string, readonly number[]>()
  const seen: string[] = []
  const requests = createHeaderRequests({
    records: () => records,
    wanted: () => wanted,
    observe: ({ node }, _, { number }) => void seen.push(`${node} ${number}`),
  })
  const take = () =>
    sent
      .splice(0)
      .map((one) => (one.type === 'request-headers' ? ([one.session, one.numbers] as const) : ([] as const)))
  return { requests, wanted, seen, records, take }
}

describe('headers that are wanted', () => {
  it('are asked of one agent of the network that gives headers, at most a hundred at a time', () => {
    const { requests, wanted, take, seen, records } = setup()
    requests.tick(0)
    expect(take()).toEqual([])
    wanted.set(
      'a',
      Array.from({ length: 250 }, (_, number) => number),
    )
    wanted.set('b', [7])
    wanted.set('nobody', [1])
    requests.tick(1000)
    expect(take()).toEqual([
      [2, Array.from({ length: 100 }, (_, number) => number)],
      [4, [7]],
    ])
    requests.tick(2000)
    expect(take()).toEqual([])
    const [, , , last] = records
    if (last !== undefined) requests.response(last, [header], at, 2000)
    expect(seen).toEqual(['n4 7'])
    requests.tick(3000)
    expect(take()).toEqual([[4, [7]]])
  })

  it('are asked of another where the first has none, and of the first again after a minute', () => {
    const { requests, wanted, take, records } = setup()
    const [, first, second] = records
    if (first === undefined || second === undefined) throw new Error('there are four')
    wanted.set('a', [1])
    requests.tick(0)
    requests.response(first, [], at, 0)
    requests.tick(1000)
    requests.response(second, [], at, 1000)
    requests.tick(2000)
    expect(take().map(([session]) => session)).toEqual([2, 3])
    requests.tick(60_000)
    expect(take().map(([session]) => session)).toEqual([2])
  })

  it('are taken only of who was asked', () => {
    const { requests, seen, records } = setup()
    const [, first] = records
    if (first !== undefined) requests.response(first, [header], at, 0)
    expect(seen).toEqual([])
  })
})
