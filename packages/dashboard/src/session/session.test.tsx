// @vitest-environment happy-dom
import { afterEach, describe, expect, it, vi } from 'vitest'
import { startRouter } from '../router/location.ts'
import { draw, plain, visit } from '../testing/page.ts'
import { answerRest } from '../testing/rest.ts'
import { learnSession, loginHref, mayAct, type Session, session, UserMenu } from './session.tsx'

const admin: Session = { name: 'ada', role: 'admin', via: 'session', endsAt: Date.UTC(2026, 10, 24) }

startRouter()
afterEach(() => {
  session.value = undefined
  vi.restoreAllMocks()
})

describe('roles', () => {
  it('may what the roles below them may', () => {
    const roles = [null, 'viewer', 'operator', 'admin'] as const
    const may = (role: (typeof roles)[number]) =>
      (['viewer', 'operator', 'admin'] as const).filter((needed) => mayAct(role, needed))
    expect(roles.map(may)).toEqual([[], ['viewer'], ['viewer', 'operator'], ['viewer', 'operator', 'admin']])
    expect(mayAct(undefined, 'viewer')).toBe(false)
  })
})

describe('who looks at the page', () => {
  it('is what the server says, and nobody where it knows no users', async () => {
    using server = answerRest({ '/session': admin })
    await learnSession()
    expect(session.value).toEqual(admin)
    server.answer('/session', 404)
    await learnSession()
    expect(session.value).toBeUndefined()
  })

  it('sees nothing of logging in where nobody can', async () => {
    using page = await draw(<UserMenu />)
    expect(page.text()).toBe('')
  })

  it('is led to the login and back to this page', async () => {
    visit('/n/1/nodes/a%20b?at=2026-11-23T14:03:20Z')
    session.value = { name: null, role: null, via: 'anonymous', endsAt: null }
    using page = await draw(<UserMenu />)
    const link = page.find('a') as HTMLAnchorElement
    expect(link.getAttribute('href')).toBe(loginHref())
    expect(new URL(link.href).searchParams.get('next')).toBe('/n/1/nodes/a%20b?at=2026-11-23T14:03:20Z')
  })

  it('has a menu with the way out, which closes by Escape and by a click elsewhere', async () => {
    session.value = admin
    using server = answerRest({ '/session': 204 })
    const leave = vi.spyOn(window.location, 'assign').mockImplementation(() => undefined)
    using page = await draw(<UserMenu />)
    const menu = page.find('details') as HTMLDetailsElement
    expect(page.all('.user-sheet p').map((p) => plain(p.textContent))).toEqual([
      'ada admin',
      expect.stringMatching(/^Session until 2026-11-2/),
    ])
    menu.open = true
    await page.press('Escape', menu)
    expect(menu.open).toBe(false)
    menu.open = true
    await page.click(page.find('.user-sheet p'))
    expect(menu.open).toBe(true)
    await page.click(document.body)
    expect(menu.open).toBe(false)
    await page.click(page.control('Log out'))
    expect(server.asked).toEqual([{ method: 'DELETE', path: '/session', body: undefined }])
    expect(leave).toHaveBeenCalledWith('/')
  })
})
