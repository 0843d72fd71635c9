// @vitest-environment happy-dom
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { learnServerTime } from '../clock.ts'
import { startPast } from '../past/moment.ts'
import { startRouter } from '../router/location.ts'
import { session } from '../session/session.tsx'
import { alarmRecord, openAlarms } from '../testing/alarms.ts'
import { change, draw, plain, visit } from '../testing/page.ts'
import { answerRest, type HandServer } from '../testing/rest.ts'
import { nodeRow } from '../testing/rows.ts'
import { followHandFeed, type HandFeed } from '../testing/topics.ts'
import { NodeWhy } from './node-why.tsx'

const now = Date.UTC(2026, 10, 23, 12)
const minute = 60_000

beforeAll(() => {
  startRouter()
  startPast()
})
let feed: HandFeed
let server: HandServer
beforeEach(() => {
  vi.useFakeTimers({ now, toFake: ['Date', 'setTimeout', 'clearTimeout'] })
  learnServerTime(now, true)
  feed = followHandFeed()
  feed.answer('alarms', openAlarms())
  server = answerRest({ '/alarms': { alarms: [], next: null } })
  visit('/n/1337/nodes/alpha')
})
afterEach(() => {
  visit('/')
  vi.advanceTimersByTime(1000)
  vi.useRealTimers()
  server[Symbol.dispose]()
  session.value = undefined
})

const asked = (path: string): URLSearchParams | undefined => {
  const found = server.asked.find((one) => one.path.startsWith(`${path}?`))
  return found && new URLSearchParams(found.path.split('?')[1])
}
const inactive = nodeRow({ state: 'inactive', stateSince: now - 5 * minute })

describe('why a node is as it is', () => {
  it('is nothing for one that is well', async () => {
    using page = await draw(<NodeWhy network="1337" row={nodeRow()} />)
    expect(page.text()).toBe('')
    expect(server.asked.map(({ path }) => path)).toEqual(['/alarms?open=true&network=1337&node=alpha&limit=20'])
  })

  it('is the reason of its inactivity, and the last error of its log with the way there', async () => {
    server.answer('/networks/1337/history/states', { states: [{ state: 'inactive', reason: 'reported' }] })
    const line = { at: now - 6 * minute, severity: 3, source: 'geth', message: 'ECONNREFUSED 127.0.0.1:8545' }
    server.answer('/networks/1337/logs', { logs: [line] })
    using page = await draw(<NodeWhy network="1337" row={inactive} />)
    expect(page.text('.node-why')).toContain('It is inactive because its agent cannot reach it.')
    expect(page.text('.node-why')).toMatch(/error geth ECONNREFUSED 127\.0\.0\.1:8545$/)
    expect(page.find('.node-why a').getAttribute('href')).toBe('/n/1337/logs?at=2026-11-23T11%3A54%3A00Z&node=alpha')
    expect(asked('/networks/1337/logs')?.get('from')).toBe(String(now - 15 * minute))
  })

  it('is not guessed where the history does not have it', async () => {
    server.answer('/networks/1337/history/states', { states: [{ state: 'active', reason: null }] })
    using page = await draw(<NodeWhy network="1337" row={inactive} />)
    expect(page.all('.node-why')).toEqual([])
  })

  it('is its open alarms, symptoms of others too, with what may be done about them', async () => {
    session.value = { name: 'anna', role: 'operator', via: 'session', endsAt: null }
    const symptom = alarmRecord({ id: 's', parent: 'p', suppressed: { reason: 'parent', by: 'p' } })
    server.answer('/alarms', { alarms: [alarmRecord(), symptom], next: null })
    using page = await draw(<NodeWhy network="1337" row={nodeRow()} />)
    expect(page.all('.alarm').map((row) => plain(row.textContent))).toEqual([
      expect.stringContaining('alpha has been silent'),
      expect.stringContaining('a symptom of another alarm'),
    ])
    await page.click(page.all('.alarm-toggle')[1]!)
    expect(page.control('I have it…')).toBeDefined()
    expect(page.control('The alarm that explains it').getAttribute('href')).toBe('/n/1337/alarms?alarm=p')
    server.answer('/alarms', { alarms: [], next: null })
    await change(() => feed.answer('alarms', openAlarms({ total: 1 })))
    expect(page.all('.alarm')).toEqual([])
  })

  it('is those that were open at the moment of the past that is shown', async () => {
    visit(`/n/1337/nodes/alpha?at=${new Date(now - 10 * minute).toISOString()}`)
    const alarms = [
      alarmRecord({ id: 'later', startsAt: now - 5 * minute }),
      alarmRecord({ id: 'then', startsAt: now - 11 * minute, endsAt: now - 9 * minute, state: 'cleared' }),
      alarmRecord({ id: 'before', startsAt: now - 20 * minute, endsAt: now - 15 * minute, state: 'cleared' }),
    ]
    server.answer('/alarms', { alarms, next: null })
    using page = await draw(<NodeWhy network="1337" row={nodeRow()} />)
    expect(page.text('h2')).toBe('Its alarms then')
    expect(page.all('.alarm').map((row) => row.dataset['alarm'])).toEqual(['then'])
    expect(asked('/alarms')?.get('open')).toBeNull()
  })
})
