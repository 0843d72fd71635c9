// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { query, startRouter } from '../router/location.ts'
import { type Role, session } from '../session/session.tsx'
import { change, type Drawn, draw, plain, visit } from '../testing/page.ts'
import { answerRest, type HandServer } from '../testing/rest.ts'
import { answerOf, factsOf } from '../testing/server-facts.ts'
import { AgentsPage } from './agents-page.tsx'
import type { Agent, Delivery } from './wire.ts'

const now = Date.UTC(2026, 10, 23, 12)

const delivery = (fields: Partial<Delivery> = {}): Delivery => ({
  agent: 'alpha',
  network: '1337',
  node: 'alpha',
  spool: 'ab12',
  open: true,
  durable: 900,
  applied: 900,
  received: 900,
  duplicates: 0,
  missing: 0,
  missed: [],
  missingRanges: 0,
  firstAt: now - 1000,
  lastAt: now,
  lagMs: 20,
  offsetMs: null,
  errorMs: null,
  ...fields,
})
const agent = (fields: Partial<Agent> = {}): Agent => ({
  id: 'alpha',
  network: null,
  state: 'active',
  hasToken: true,
  key: null,
  note: '',
  createdAt: now,
  rotatedAt: null,
  revokedAt: null,
  bannedAt: null,
  seenAt: null,
  ...fields,
})
const logIn = (role: Role | null): void => {
  session.value = { name: role === null ? null : 'ada', role, via: 'session', endsAt: null }
}

startRouter()
let server: HandServer
beforeEach(() => {
  vi.useFakeTimers({ now })
  server = answerRest({ '/server': answerOf(factsOf()), '/deliveries': { deliveries: [], next: null } })
  visit('/agents')
  logIn('operator')
})
afterEach(() => {
  server[Symbol.dispose]()
  session.value = undefined
  vi.useRealTimers()
})

const cells = (page: Drawn): string[][] =>
  page.all('tbody tr').map((row) => [...row.querySelectorAll('td')].map((cell) => plain(cell.textContent)))
const posts = () => server.asked.filter(({ method }) => method === 'POST').map(({ path, body }) => [path, body])

describe('deliveries', () => {
  it('say what came, what is missing and why', async () => {
    const missed = [
      { class: 'latency', reason: 'size', dropped: 3 },
      { class: 'stats', reason: 'age', dropped: 0 },
    ]
    server.answer('/deliveries', {
      deliveries: [delivery(), delivery({ agent: 'beta', node: 'beta', missing: 3, missed, open: false })],
    })
    using page = await draw(<AgentsPage />)
    const rows = cells(page)
    expect(rows[0]).toEqual(['alpha 1337', 'connected', '900', '0', '0', '20 ms', '–'])
    expect(rows[1]?.slice(0, 4)).toEqual([
      'beta 1337',
      expect.stringMatching(/^away/),
      '900',
      '3 3 latency: spool was full',
    ])
    // No agent is called differently from its node: there is no such column.
    expect(page.all('thead th').map((th) => plain(th.textContent))).not.toContain('Node')
  })

  it('have a column for nodes where one is called differently from its agent', async () => {
    server.answer('/deliveries', { deliveries: [delivery({ agent: 'agent-1' })] })
    using page = await draw(<AgentsPage />)
    expect(cells(page)[0]?.slice(0, 2)).toEqual(['agent-1', 'alpha 1337'])
  })

  it('are searched as somebody rests while typing, and as the address says', async () => {
    server.answer('/deliveries', { deliveries: [delivery()] })
    using page = await draw(<AgentsPage />)
    const field = page.find('input[type=search]') as HTMLInputElement
    await page.type(field, 'alp')
    await page.type(field, 'alpha ')
    expect(server.asked.filter(({ path }) => path.includes('text='))).toEqual([])
    await change(() => vi.advanceTimersByTime(300))
    expect(server.asked.at(-1)?.path).toBe('/deliveries?text=alpha&limit=100')
    await page.click(page.control('incomplete only'))
    expect(server.asked.at(-1)?.path).toBe('/deliveries?text=alpha&incomplete=true&limit=100')
    expect([query.value.get('q'), query.value.get('incomplete')]).toEqual(['alpha', 'true'])
  })

  it('say how to start an agent where there is none, and that none matches where one searched', async () => {
    using page = await draw(<AgentsPage />)
    expect(page.text('pre')).toContain('--server ws://localhost:3000')
    visit('/agents?q=nobody')
    using searched = await draw(<AgentsPage />)
    expect(searched.text('.quiet-note')).toBe('No agent that matches.')
  })

  it('are summed up in a sentence', async () => {
    const deliveries = { streams: 4, open: 3, received: 12_000, duplicates: 5, missing: 2, missingRanges: 1 }
    server.answer('/server', answerOf(factsOf({ deliveries })))
    using page = await draw(<AgentsPage />)
    expect(page.text('.agents-sums')).toBe('12.0 k received, 3 missing · 3 streams open of 4, 5 came twice')
  })
})

describe('the administration of agents', () => {
  it('is for operators: others see deliveries, whatever the address says', async () => {
    visit('/agents?view=auth')
    for (const role of [null, 'viewer'] as const) {
      logIn(role)
      using page = await draw(<AgentsPage />)
      expect(page.all('.agents-add')).toEqual([])
    }
  })

  const administer = async (...agents: readonly Agent[]): Promise<Drawn> => {
    server.answer('/admin/agents', { total: agents.length, agents })
    visit('/agents?view=auth')
    return draw(<AgentsPage />)
  }

  it('adds an agent and shows its token once, with the lines to paste', async () => {
    using page = await administer()
    expect(page.text('.quiet-note')).toContain('No agent has a token')
    server.answer('/admin/agents/add', { agent: agent({ id: "it's" }), token: 'nst_secret' })
    server.answer('/admin/agents', { total: 1, agents: [agent({ id: "it's" })] })
    for (const [name, value] of Object.entries({ id: " it's ", network: '', note: 'Ada' }))
      (page.find(`[name=${name}]`) as HTMLInputElement).value = value
    await change(() => page.find('form').dispatchEvent(new Event('submit', { cancelable: true, bubbles: true })))
    // What was left empty is not sent.
    expect(posts()).toEqual([['/admin/agents/add', { id: "it's", note: 'Ada' }]])
    expect(page.all('.token-once pre').map((pre) => plain(pre.textContent))).toEqual([
      'nst_secret',
      expect.stringContaining(`agent: "it's"`),
      String.raw`geth --ethstats 'it'\''s:nst_secret@localhost:3000'`,
    ])
    expect(cells(page)[0]?.[0]).toBe("it's")
    await page.click(page.control('I have it'))
    expect(page.all('.token-once')).toEqual([])
    expect((page.find('[name=id]') as HTMLInputElement).value).toBe('')
  })

  it('asks a second time, in words, before it ends a session', async () => {
    using page = await administer(agent({ network: '1337' }))
    server.answer('/admin/agents/revoke', { agent: agent({ state: 'revoked' }), token: null })
    await page.click(page.control('revoke alpha'))
    expect([page.text('[role=alertdialog]'), posts()]).toEqual([
      expect.stringContaining('It is refused until it is given a new token.'),
      [],
    ])
    await page.click(page.control('no'))
    expect(page.all('[role=alertdialog]')).toEqual([])
    await page.click(page.control('revoke alpha'))
    await page.click(page.control('revoke'))
    expect(posts()).toEqual([['/admin/agents/revoke', { id: 'alpha', network: '1337' }]])
  })

  it('offers what can be done to an agent in its state', async () => {
    using page = await administer(
      agent(),
      agent({ id: 'beta', state: 'revoked' }),
      agent({ id: 'gamma', state: 'banned', bannedAt: now }),
    )
    const offers = page.all('tbody tr').map((row) => [...row.querySelectorAll('button')].map((b) => b.textContent))
    expect(offers).toEqual([
      ['new token', 'revoke', 'ban'],
      ['new token', 'ban', 'forget'],
      ['let in again', 'forget'],
    ])
    expect(cells(page).map((row) => row[2])).toEqual([
      'token since 2026-11-23',
      'revoked since 2026-11-23',
      'banned since 2026-11-23',
    ])
  })

  it('says what was not done, and why', async () => {
    using page = await administer(agent({ state: 'banned' }))
    server.answer('/admin/agents/unban', 409)
    await page.click(page.control('let in again alpha'))
    expect(page.text('[role=alert]')).toBe('That was not done. It answers 409. API_409')
  })

  it('finds agents by id or note, and shows no more than can be read', async () => {
    const many = Array.from({ length: 250 }, (_, i) => agent({ id: `agent-${i}`, note: i === 249 ? 'Ada’s' : '' }))
    using page = await administer(...many)
    expect(page.all('tbody tr')).toHaveLength(200)
    expect(page.text()).toContain('50 more; search for them')
    await page.type(page.find('input[type=search]') as HTMLInputElement, 'ADA')
    expect([cells(page).map((row) => row[0]), page.text('[role=status]')]).toEqual([['agent-249'], '1 of 250'])
  })

  it('reads lists of any length, page by page', async () => {
    const all = Array.from({ length: 1500 }, (_, i) => agent({ id: `agent-${i}` }))
    server.answer('/admin/agents', () => {
      const from = Number(new URLSearchParams(server.asked.at(-1)?.path.split('?')[1]).get('offset'))
      return { total: all.length, agents: all.slice(from, from + 1000) }
    })
    visit('/agents?view=auth')
    using page = await draw(<AgentsPage />)
    expect(page.text('[role=status]')).toMatch(/^1.500$/)
    expect(server.asked.filter(({ path }) => path.startsWith('/admin/agents?'))).toHaveLength(2)
  })
})

describe('refused logins', () => {
  it('say who, why, and what to do about it', async () => {
    const row = { name: '', address: '10.0.0.7', reason: 'bad-secret', via: 'ethstats', cure: 'Check the secret.' }
    server.answer('/admin/agents/refused', { refused: [{ ...row, firstAt: now, lastAt: now, count: 12 }] })
    visit('/agents?view=refused')
    using page = await draw(<AgentsPage />)
    expect(cells(page)[0]?.slice(0, 4)).toEqual([
      'node without a name',
      '10.0.0.7',
      'wrong secret Check the secret.',
      '12',
    ])
    server.answer('/admin/agents/refused', { refused: [] })
    await change(() => vi.advanceTimersByTime(5000))
    expect(page.text('.quiet-note')).toBe('Nobody was refused since the server was started.')
  })
})
