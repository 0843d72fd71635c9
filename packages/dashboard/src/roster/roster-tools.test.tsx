// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { route, startRouter } from '../router/location.ts'
import { type Role, session } from '../session/session.tsx'
import { change, type Drawn, draw, visit } from '../testing/page.ts'
import { answerRest, type HandServer } from '../testing/rest.ts'
import { networkSummary, nodeRow } from '../testing/rows.ts'
import { NetworkTools, NodeTools } from './roster-tools.tsx'

const logIn = (role: Role): void => {
  session.value = { name: 'ada', role, via: 'session', endsAt: null }
}

startRouter()
let server: HandServer
beforeEach(() => {
  server = answerRest()
  visit('/n/1/nodes/alpha')
  logIn('operator')
})
afterEach(() => {
  server[Symbol.dispose]()
  session.value = undefined
})

const node = (fields = {}) => <NodeTools network="1" row={nodeRow({ state: 'inactive', ...fields })} />
const submit = (page: Drawn): Promise<void> =>
  change(() => page.find('form').dispatchEvent(new Event('submit', { cancelable: true, bubbles: true })))

describe('what an operator may do to a node', () => {
  it('is shown to operators, and not of a past moment', async () => {
    for (const role of ['viewer', 'operator', 'admin'] as const) {
      logIn(role)
      using page = await draw(node())
      expect([role, page.all('button').length]).toEqual([role, role === 'viewer' ? 0 : 3])
    }
    visit('/n/1/nodes/alpha?at=2026-11-23T14:03:20Z')
    using page = await draw(node())
    expect(page.all('button')).toEqual([])
  })

  it('is done after its consequence was said; an empty name gives it its own again', async () => {
    server.answer('/admin/nodes/rename', {})
    using page = await draw(node())
    await page.click(page.control('rename alpha'))
    expect(page.text('[role=alertdialog] p')).toContain('Empty: the name it gives itself.')
    expect(server.asked).toEqual([])
    await submit(page)
    expect(server.asked).toEqual([
      { method: 'POST', path: '/admin/nodes/rename', body: { network: '1', id: 'alpha', name: null } },
    ])
    expect(page.all('[role=alertdialog]')).toEqual([])
  })

  it('leads to where the node is afterwards', async () => {
    server.answer('/admin/nodes/merge', {})
    using page = await draw(node())
    await page.click(page.control('merge alpha'))
    expect((page.find('button[type=submit]') as HTMLButtonElement).disabled).toBe(true)
    await page.type(page.find('input') as HTMLInputElement, ' beta ')
    await submit(page)
    expect(server.asked[0]?.body).toEqual({ network: '1', id: 'alpha', into: 'beta' })
    expect(route.value).toEqual({ page: 'node', network: '1', node: 'beta' })
  })

  it('is refused with its reason, and can be left', async () => {
    server.answer('/admin/nodes/remove', 409)
    using page = await draw(node())
    await page.click(page.control('remove alpha'))
    await submit(page)
    expect(page.text('[role=alert]')).toBe('That was not done. It answers 409. API_409')
    await page.click(page.control('no'))
    expect(page.all('[role=alert], form')).toEqual([])
  })

  it('is not removing it while it is active, and it says why', async () => {
    using page = await draw(node({ state: 'active' }))
    const remove = page.control('remove alpha') as HTMLButtonElement
    expect([remove.disabled, remove.title]).toEqual([true, expect.stringContaining('It is active')])
  })
})

describe('what an operator may do to a network', () => {
  it('is renaming, merging, and removing one without active nodes', async () => {
    server.answer('/admin/networks/rename', {})
    using page = await draw(<NetworkTools summary={networkSummary({ key: '1', active: 2 })} />)
    expect((page.control('remove network 1') as HTMLButtonElement).disabled).toBe(true)
    await page.click(page.control('rename network 1'))
    await page.type(page.find('input') as HTMLInputElement, 'testnet')
    await submit(page)
    expect(server.asked[0]).toMatchObject({ path: '/admin/networks/rename', body: { network: '1', key: 'testnet' } })
    expect(route.value).toEqual({ page: 'network', network: 'testnet' })
  })
})
