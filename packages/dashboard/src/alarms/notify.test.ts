// @vitest-environment happy-dom
import { afterEach, describe, expect, it, vi } from 'vitest'
import { alarmRecord } from '../testing/alarms.ts'
import { createTeller, notesOf, permitted, show } from './notify.ts'

afterEach(() => void vi.unstubAllGlobals())

const ids = (alarms: readonly { readonly id: string }[]): string[] => alarms.map(({ id }) => id)
const one = alarmRecord()
const two = alarmRecord({ id: 'a2', severity: 'critical' })

describe('which alarms are told', () => {
  it('are new ones, once each, and not what was open when the page was loaded', () => {
    const teller = createTeller()
    expect(teller.take([one], true, 'warning')).toEqual([])
    expect(ids(teller.take([two, one], true, 'warning'))).toEqual(['a2'])
    expect(teller.take([two, one], true, 'warning')).toEqual([])
    expect(teller.take([], true, 'warning')).toEqual([])
    expect(teller.take([two], true, 'warning')).toEqual([])
  })

  it('are none while the reader looks at the page, or did not ask for it; these are not told later', () => {
    const teller = createTeller()
    teller.take([], true, 'warning')
    expect(teller.take([one], false, 'warning')).toEqual([])
    expect(teller.take([one, two], true, undefined)).toEqual([])
    expect(teller.take([one, two], true, 'warning')).toEqual([])
  })

  it('are those of the chosen severity and worse that nothing holds back', () => {
    const teller = createTeller()
    teller.take([], true, 'major')
    const others = [
      alarmRecord({ id: 'minor', severity: 'minor' }),
      alarmRecord({ id: 'silenced', suppressed: { reason: 'silence', by: 'anna' } }),
      alarmRecord({ id: 'symptom', parent: 'a2' }),
      alarmRecord({ id: 'known', state: 'acknowledged' }),
    ]
    expect(ids(teller.take([one, two, ...others], true, 'major'))).toEqual(['a1', 'a2'])
  })

  it('remembers a bounded number, the newest', () => {
    const teller = createTeller()
    const many = Array.from({ length: 2500 }, (_, i) => alarmRecord({ id: `m${i}` }))
    teller.take(many, true, 'warning')
    expect(ids(teller.take([alarmRecord({ id: 'm2499' }), alarmRecord({ id: 'm0' })], true, 'warning'))).toEqual(['m0'])
  })
})

describe('notifications', () => {
  it('say what and where, and lead to the alarm', () => {
    expect(notesOf([], '/alarms')).toEqual([])
    expect(notesOf([one], '/alarms')).toEqual([
      {
        title: 'major: alpha',
        body: 'alpha has been silent for 2 min',
        tag: 'a1',
        href: '/n/1337/alarms?alarm=a1',
      },
    ])
  })

  it('are one where many come at once', () => {
    const many = Array.from({ length: 50 }, (_, i) => alarmRecord({ id: `m${i}`, node: `n${i}` }))
    const notes = notesOf(many, '/alarms')
    expect(notes.map(({ title, href }) => [title, href])).toEqual([['50 new alarms', '/alarms']])
    expect(notes[0]?.body.split('\n')).toHaveLength(3)
  })

  it('are not shown by browsers of phones, which is said and breaks nothing', () => {
    const [note] = notesOf([one], '/alarms')
    vi.stubGlobal(
      'Notification',
      class {
        static permission = 'granted'
        constructor() {
          throw new TypeError('Illegal constructor')
        }
      },
    )
    expect([permitted(), show(note!)]).toEqual([true, false])
  })
})
