// @vitest-environment happy-dom
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { learnServerTime } from '../clock.ts'
import { startRouter } from '../router/location.ts'
import { openCounts } from '../state/tab.ts'
import { openAlarms } from '../testing/alarms.ts'
import { change, draw, visit } from '../testing/page.ts'
import { followHandFeed, type HandFeed } from '../testing/topics.ts'
import { VerdictLine } from './verdict-line.tsx'

beforeAll(startRouter)
let feed: HandFeed
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  learnServerTime(Date.now(), true)
  visit('/')
  feed = followHandFeed()
})

afterEach(() => {
  // Topics stay for a second after the last page that shows them.
  vi.advanceTimersByTime(1000)
  vi.useRealTimers()
})

describe('the verdict under the head of every page', () => {
  it('says in one sentence how the network is, with a sign and a tone', async () => {
    feed.answer('alarms', openAlarms({ verdicts: { '1337': { level: 'ok', text: 'chain well, server well' } } }))
    using page = await draw(<VerdictLine network="1337" />)
    expect([page.text('.verdict-words'), page.find('section').className]).toEqual([
      'Chain well, server well',
      'verdict-line is-ok',
    ])
    expect(page.text('.verdict-open')).toBe('no open alarms')
    const verdicts = { '1337': { level: 'critical', text: 'chain stands still' } } as const
    await change(() =>
      feed.answer('alarms', openAlarms({ verdicts, counts: { critical: 1, minor: 2, acknowledged: 1 } })),
    )
    expect([page.text('.verdict-words'), page.find('section').className]).toEqual([
      'Chain stands still',
      'verdict-line is-bad',
    ])
    expect(page.find('.severity-sign').getAttribute('class')).toBe('severity-sign is-critical')
    expect(page.text('.verdict-open')).toBe('3 open alarms: 1 critical, 2 minor, 1 acknowledged')
    expect(page.find('.verdict-open').getAttribute('href')).toBe('/alarms')
    expect(openCounts.value?.critical).toBe(1)
  })

  it('is spoken when the level changes, not with every figure in it', async () => {
    const say = (text: string) => openAlarms({ verdicts: { a: { level: 'major', text } } })
    feed.answer('alarms', say('chain stands still for 12 s'))
    using page = await draw(<VerdictLine network="a" />)
    await change(() => feed.answer('alarms', say('chain stands still for 13 s')))
    expect([page.text('[role=status]'), page.text('.verdict-words')]).toEqual([
      'Chain stands still for 12 s',
      'Chain stands still for 13 s',
    ])
  })

  it('says of alarms that somebody has that they are acknowledged', async () => {
    feed.answer('alarms', openAlarms({ counts: { acknowledged: 2 } }))
    using page = await draw(<VerdictLine network={undefined} />)
    expect(page.text('.verdict-open')).toBe('2 alarms, acknowledged')
  })

  it('tells of alarms where no network is judged', async () => {
    feed.answer('alarms', openAlarms({ counts: { major: 1 } }))
    using page = await draw(<VerdictLine network={undefined} />)
    expect(page.text('.verdict-words')).toBe('Alarms are open')
  })
  it('is not there where nothing judges', async () => {
    feed.fail('alarms', { code: 'FEED_REQUEST_INVALID', message: 'no such topic' })
    using page = await draw(<VerdictLine network="b" />)
    expect(page.text()).toBe('')
  })
})
