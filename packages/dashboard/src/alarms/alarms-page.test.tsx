// @vitest-environment happy-dom
import type { AlarmRecord } from '@netstats/protocol/feed'
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { learnServerTime, ownSeconds, seconds } from '../clock.ts'
import { startKeys } from '../keys.ts'
import { query, startRouter } from '../router/location.ts'
import { session } from '../session/session.tsx'
import { alarmRecord, openAlarms, silence } from '../testing/alarms.ts'
import { change, type Drawn, draw, plain, visit } from '../testing/page.ts'
import { answerRest, type HandServer } from '../testing/rest.ts'
import { followHandFeed, type HandFeed } from '../testing/topics.ts'
import { AlarmsPage } from './alarms-page.tsx'

const now = new Date(2026, 10, 23, 3, 20).getTime()
const hour = 3_600_000
const stalled = alarmRecord({
  id: 'b/1',
  rule: 'chain-stalled',
  severity: 'critical',
  node: null,
  message: 'No block for 12 min',
  runbook: 'https://example.org/stalled',
  startsAt: now - 12 * 60_000,
  symptoms: 1000,
})
const silent = alarmRecord({ startsAt: now - 2 * 60_000 })
const has = { by: 'anna', at: now - 60_000, until: now + hour, comment: 'driving there' }
const steps = [
  { name: 'raised', at: now - 120_000, alarm: silent },
  { name: 'acknowledged', at: now - 60_000, alarm: { ...silent, step: 2, acknowledgement: has } },
]
const open = (...alarms: AlarmRecord[]) => openAlarms({ alarms, total: alarms.length })

beforeAll(() => {
  startRouter()
  startKeys()
})
let feed: HandFeed
let server: HandServer
beforeEach(() => {
  vi.useFakeTimers({ now, toFake: ['Date', 'setTimeout', 'clearTimeout'] })
  learnServerTime(now, true)
  seconds.value = ownSeconds.value = now
  session.value = { name: 'anna', role: 'operator', via: 'session', endsAt: null }
  feed = followHandFeed()
  feed.answer('alarms', open(stalled, silent))
  feed.answer('networks', { networks: [] })
  server = answerRest({ '/alarms': { alarms: [silent], next: null } })
  server.answer('/alarms/a1', { ...silent, steps })
  server.answer('/alarms/b%2F1', { ...stalled, steps: [] })
  visit('/alarms')
})
afterEach(() => {
  // Topics stay for a second after the last page that shows them.
  vi.advanceTimersByTime(1000)
  server[Symbol.dispose]()
  session.value = undefined
  vi.useRealTimers()
})

const asked = (method = 'GET') => server.asked.filter((one) => one.method === method)
const rows = (page: Drawn): HTMLElement[] => page.all('.alarm')
const toggle = (page: Drawn, at: number): HTMLElement => page.all('.alarm-toggle')[at]!
const opened = (page: Drawn): string => page.text('.alarm-details')

describe('the list of alarms', () => {
  it('says of each how bad, what, whose, since when, what to do and who has it', async () => {
    feed.answer('alarms', open(stalled, { ...silent, acknowledgement: has }))
    using page = await draw(<AlarmsPage />)
    const [first, second] = rows(page).map((row) => plain(row.textContent))
    expect(first).toContain('critical')
    expect(first).toContain('No block for 12 min')
    expect(first).toContain('network 1337 · chain-stalled')
    expect(first).toContain('1 000 alarms behind this')
    expect(first).toMatch(/12 min 00 s ?since 03:08:00/)
    expect(second).toContain('alpha · network 1337 · node-silent')
    expect(second).toContain('Look whether the machine runs.')
    expect(second).toContain('anna has it since 03:19:00, until 2026-11-23 04:20')
    expect(page.text('.alarm-note q')).toBe('driving there')
    expect(page.all('.severity-sign').map((sign) => sign.getAttribute('class'))).toEqual([
      'severity-sign is-critical',
      'severity-sign is-major',
    ])
  })

  it('follows the feed, and leaves symptoms to their cause', async () => {
    const behind = alarmRecord({ id: 's1', parent: stalled.id, suppressed: { reason: 'parent', by: stalled.id } })
    feed.answer('alarms', open(stalled, behind))
    using page = await draw(<AlarmsPage />)
    expect(rows(page).map((row) => row.dataset['alarm'])).toEqual(['b/1'])
    await change(() => feed.answer('alarms', open()))
    expect(page.text('.quiet-note')).toContain('No alarm that matches is open')
  })

  it('has views of what is open, what somebody has and what is over, each in the address', async () => {
    const cared = { ...silent, state: 'acknowledged', acknowledgement: has } as const
    feed.answer('alarms', openAlarms({ alarms: [stalled, cared], total: 2, counts: { critical: 1, acknowledged: 1 } }))
    using page = await draw(<AlarmsPage />)
    expect(rows(page).map((row) => row.dataset['alarm'])).toEqual(['b/1'])
    await page.click(page.control('acknowledged1'))
    expect(query.value.get('view')).toBe('acknowledged')
    expect(rows(page).map((row) => row.dataset['alarm'])).toEqual(['a1'])
    const over = alarmRecord({ state: 'cleared', endsAt: now, startsAt: now - 4 * 60_000, advice: 'too late' })
    server.answer('/alarms', { alarms: [over], next: null })
    await page.click(page.control('history'))
    expect(asked().at(-1)?.path).toBe('/alarms?open=false&limit=50')
    expect(page.text('.alarm')).toMatch(/lasted 4 min 00 s/)
    expect(page.text('.alarm')).not.toContain('too late')
  })

  it('is of one network on its page', async () => {
    using page = await draw(<AlarmsPage network="1337" />)
    expect(feed.opened()).toContainEqual({ topic: 'alarms', network: '1337', limit: 200 })
    expect(page.text('.alarm-list')).not.toContain('alpha · network')
    await page.click(page.control('history'))
    expect(asked().at(-1)?.path).toBe('/alarms?open=false&network=1337&limit=50')
  })

  it('is filtered by severity at once, and by node and rule when typing rests', async () => {
    using page = await draw(<AlarmsPage />)
    await page.type(page.find('select') as HTMLSelectElement, 'major', 'change')
    expect([query.value.get('severity'), rows(page).length]).toEqual(['major', 1])
    await page.type(page.find('input[placeholder=node]') as HTMLInputElement, 'beta')
    await change(() => vi.advanceTimersByTime(300))
    expect([query.value.get('node'), rows(page).length]).toEqual(['beta', 0])
    await page.click(page.control('Show all'))
    expect([[...query.value.keys()], rows(page).length]).toEqual([[], 2])
  })

  it('draws many in portions, and says of more that it looks through those that matter most', async () => {
    const many = Array.from({ length: 120 }, (_, i) => alarmRecord({ id: `m${i}` }))
    feed.answer('alarms', openAlarms({ alarms: many, total: 3000 }))
    using page = await draw(<AlarmsPage />)
    expect(rows(page)).toHaveLength(50)
    await page.click(page.control('Show more'))
    await page.click(page.control('Show more'))
    expect(rows(page)).toHaveLength(120)
    expect(page.text('.alarm-beyond')).toBe(
      '3 000 alarms are open in all; looked through are the 120 that matter most.',
    )
  })

  it('reads what is over page by page, and again when alarms changed', async () => {
    visit('/alarms?view=history')
    server.answer('/alarms', { alarms: [silent], next: '/prefix/api/v1/alarms?before=1' })
    using page = await draw(<AlarmsPage />)
    const before = asked().length
    await page.click(page.control('Show more'))
    const paths = (): string[] =>
      asked()
        .slice(before)
        .map(({ path }) => path)
    expect(paths()).toEqual(['/alarms?open=false&limit=50', '/alarms?before=1'])
    server.answer('/alarms', 503)
    await change(() => feed.answer('alarms', open()))
    await change(() => vi.advanceTimersByTime(400))
    expect([paths().length, rows(page).length]).toEqual([3, 2])
  })

  it('says why what is over can not be read', async () => {
    visit('/alarms?view=history')
    server.answer('/alarms', 403)
    using page = await draw(<AlarmsPage />)
    expect(page.text('.message h1')).toBe('Your role is too low to see alarms')
  })
})

describe('an opened alarm', () => {
  it('shows its steps and where to look; its address is a link to it', async () => {
    using page = await draw(<AlarmsPage />)
    await page.click(toggle(page, 1))
    expect(query.value.get('alarm')).toBe('a1')
    expect(toggle(page, 1).getAttribute('aria-expanded')).toBe('true')
    expect(page.text('.alarm-steps')).toMatch(
      /raised ?alpha has been silent.*acknowledged ?by anna, until .* ?driving there/,
    )
    expect(page.all('.alarm-links a').map((a) => a.getAttribute('href'))).toEqual([
      '/n/1337/nodes/alpha',
      `/n/1337/nodes/alpha?at=${new Date(silent.startsAt).toISOString().replace('.000', '')}`,
      `/n/1337/logs?at=${encodeURIComponent(new Date(silent.startsAt).toISOString().replace('.000', ''))}&node=alpha`,
    ])
    await page.click(toggle(page, 1))
    expect([query.value.get('alarm'), page.all('.alarm-details').length]).toEqual([null, 0])
  })

  it('shows what is behind it a portion at a time, and its runbook', async () => {
    const symptoms = [1, 2].map((n) => alarmRecord({ id: `s${n}`, node: `n${n}`, parent: stalled.id }))
    let more: string | null = '/api/v1/alarms?before=2'
    using page = await draw(<AlarmsPage />)
    server.answer('/alarms', () => ({ alarms: symptoms, next: more }))
    await page.click(toggle(page, 0))
    expect(page.text('.alarm-symptoms h3')).toContain('Behind this: 1 000')
    expect(page.all('.alarm-symptoms a').map((a) => a.getAttribute('href'))).toEqual([
      '/n/1337/nodes/n1',
      '/n/1337/nodes/n2',
    ])
    expect(page.control('Runbook').getAttribute('href')).toBe('https://example.org/stalled')
    more = null
    await page.click(page.control('More of them'))
    expect(asked().some(({ path }) => path === '/alarms?open=true&parent=b%2F1&limit=10')).toBe(true)
  })

  it('is shown above the list where the link leads to one that is over', async () => {
    visit('/alarms?alarm=gone')
    server.answer('/alarms/gone', { ...alarmRecord({ id: 'gone', state: 'cleared', endsAt: now }), steps: [] })
    using page = await draw(<AlarmsPage />)
    await change()
    expect(page.text('.alarm-linked')).toContain('This alarm is cleared')
    expect(page.text('.alarm-linked .alarm-details')).toContain('What happened')
  })
})

describe('what an operator does', () => {
  const send = (page: Drawn) =>
    change(() => page.find('form').dispatchEvent(new Event('submit', { bubbles: true, cancelable: true })))
  const comment = (page: Drawn) => page.find('input[name=comment]') as HTMLInputElement

  it('acknowledges with a comment, until it is cleared or for some hours', async () => {
    using page = await draw(<AlarmsPage />)
    await page.click(toggle(page, 1))
    await page.click(page.control('I have it…'))
    expect(document.activeElement).toBe(comment(page))
    await page.type(comment(page), ' on my way ')
    server.answer('/alarms/a1/acknowledge', {})
    await send(page)
    expect(asked('POST')).toEqual([{ method: 'POST', path: '/alarms/a1/acknowledge', body: { comment: 'on my way' } }])
    expect(page.all('form')).toEqual([])
    await page.click(page.control('I have it…'))
    await page.click(page.control('4 h'))
    await send(page)
    expect(asked('POST').at(-1)?.body).toEqual({ until: now + 4 * hour })
  })

  it('gives an alarm back', async () => {
    visit('/alarms?view=acknowledged')
    feed.answer('alarms', open({ ...silent, acknowledgement: has, state: 'acknowledged' }))
    using page = await draw(<AlarmsPage />)
    await page.click(toggle(page, 0))
    await page.click(page.control('Nobody has it any more'))
    expect(asked('DELETE').map(({ path }) => path)).toEqual(['/alarms/a1/acknowledge'])
    expect(page.text('[role=alert]')).toContain('That was not done.')
  })

  it('silences for an hour, sees before what it matches, and can choose more or less', async () => {
    using page = await draw(<AlarmsPage />)
    await page.click(toggle(page, 1))
    await page.click(page.control('Silence…'))
    expect(page.all('.alarm-scope').map((scope) => plain(scope.textContent))).toEqual([
      'the alarm node-silent of node alpha in network 1337',
      'all alarms of node alpha in network 1337',
      'the alarm node-silent in network 1337',
    ])
    expect(page.text('form [role=status]')).toBe('1 open alarm matches now, and stays on this page.')
    server.answer('/silences', {})
    await page.click(page.all('.alarm-scope input')[2]!)
    await send(page)
    expect(asked('POST').at(-1)?.body).toEqual({ match: { network: '1337', rule: 'node-silent' }, until: now + hour })
  })

  it('is told why something was not done, and stays where it is', async () => {
    using page = await draw(<AlarmsPage />)
    await page.click(toggle(page, 1))
    await page.click(page.control('Silence…'))
    server.answer('/silences', 503)
    await send(page)
    expect(page.text('[role=alert]')).toContain('API_503')
    await page.click(page.control('Cancel'))
    expect(page.all('form')).toEqual([])
  })

  it('works by keys alone', async () => {
    using page = await draw(<AlarmsPage />)
    await page.press('j')
    await page.press('j')
    expect(document.activeElement).toBe(toggle(page, 1))
    await page.press('k')
    expect(document.activeElement).toBe(toggle(page, 0))
    await page.press('j')
    await page.press('i', toggle(page, 1))
    expect(page.find('form').getAttribute('aria-label')).toBe('Acknowledge')
    await page.press('Escape', comment(page))
    expect(page.all('form')).toEqual([])
    toggle(page, 1).focus()
    await page.press('z', toggle(page, 1))
    expect(page.find('form').getAttribute('aria-label')).toBe('Silence')
  })

  it('is nothing for a viewer, who is told where operators log in', async () => {
    session.value = { name: null, role: 'viewer', via: 'anonymous', endsAt: null }
    using page = await draw(<AlarmsPage />)
    await page.click(toggle(page, 1))
    expect(opened(page)).not.toContain('Silence')
    toggle(page, 1).focus()
    await page.press('i', toggle(page, 1))
    expect(page.all('form')).toEqual([])
    expect(page.text('.alarms-login')).toContain('Log in')
  })
})

describe('silences and receivers', () => {
  it('lists what is silenced, until when and by whom, and ends it', async () => {
    visit('/alarms?view=silences')
    server.answer('/silences', {
      silences: [
        silence({ until: now + hour, from: now - hour, comment: 'new disk' }),
        silence({
          id: 's2',
          kind: 'maintenance',
          from: now + hour,
          until: now + 2 * hour,
          match: { network: 'other' },
        }),
      ],
    })
    using page = await draw(<AlarmsPage />)
    const [first, second] = page.all('.silence-list li').map((item) => plain(item.textContent))
    expect(first).toMatch(/the alarm node-silent of node alpha in network 1337new disk ?ends in 1 h 00 min.* by anna/)
    expect(second).toMatch(/all alarms in network other · maintenance ?begins 2026-11-23 04:20, ends 2026-11-23 05:20/)
    server.answer('/silences/s1', {})
    await page.click(page.control('End it'))
    expect(asked('DELETE').map(({ path }) => path)).toEqual(['/silences/s1'])
    expect(page.all('.silence-list li')).toHaveLength(1)
    using ofNetwork = await draw(<AlarmsPage network="1337" />)
    expect(ofNetwork.all('.silence-list li')).toHaveLength(1)
  })

  it('lists who is told, whether it works, and sends each a test', async () => {
    visit('/alarms?view=receivers')
    const team = {
      name: 'team',
      type: 'slack',
      everyStep: false,
      state: 'ok',
      reason: '',
      waiting: 0,
      deliveredAt: now - 60_000,
    }
    const mail = { ...team, name: 'mail', everyStep: true, state: 'degraded', reason: 'connection refused', waiting: 2 }
    server.answer('/alarms/receivers', { receivers: [team, { ...mail, deliveredAt: null }] })
    using page = await draw(<AlarmsPage />)
    const [first, second] = page.all('.receiver-list li').map((item) => plain(item.textContent))
    expect(first).toMatch(/team slack ?the last message was delivered 1 min 00 s ago/)
    expect(second).toMatch(
      /each step of each alarm, nothing delivered.*, 2 messages wait ?degraded: connection refused/,
    )
    server.answer('/alarms/receivers/team/test', { queued: true })
    await page.click(page.control('Send a test'))
    expect(page.control('The test is on its way')).toBeDefined()
    expect(asked('POST').map(({ path }) => path)).toEqual(['/alarms/receivers/team/test'])
    server.answer('/alarms/receivers', { receivers: [{ ...team, deliveredAt: now + 1000 }] })
    await change(() => vi.advanceTimersByTime(5000))
    expect(page.control('The test was delivered. Once more')).toBeDefined()
  })

  it('says how somebody is told where nobody is', async () => {
    visit('/alarms?view=receivers')
    server.answer('/alarms/receivers', { receivers: [] })
    using page = await draw(<AlarmsPage />)
    expect(page.text('.quiet-note')).toContain('--alarm-webhook URL')
  })
})

describe('notifications', () => {
  const stub = (permission: NotificationPermission): string[] => {
    const shown: string[] = []
    vi.stubGlobal(
      'Notification',
      class {
        static permission: NotificationPermission = 'default'
        static requestPermission(): Promise<NotificationPermission> {
          this.permission = permission
          return Promise.resolve(permission)
        }
        constructor(title: string) {
          shown.push(title)
        }
        addEventListener(): void {}
      },
    )
    return shown
  }
  const choice = (page: Drawn) => page.find('.alarm-notify select') as HTMLSelectElement

  it('are asked for by the reader, and a first one shows that they come', async () => {
    const shown = stub('granted')
    using page = await draw(<AlarmsPage />)
    await page.type(choice(page), 'major', 'change')
    expect([shown, choice(page).value]).toEqual([['Netstats tells you here'], 'major'])
    await page.type(choice(page), '', 'change')
    expect(choice(page).value).toBe('')
  })

  it('stay off where the browser does not allow them', async () => {
    const shown = stub('denied')
    using page = await draw(<AlarmsPage />)
    await page.type(choice(page), 'major', 'change')
    expect([shown, choice(page).value, page.text('.alarm-notify .is-warn')]).toEqual([
      [],
      '',
      expect.stringContaining('does not allow it'),
    ])
  })
})
