import { runInNewContext } from 'node:vm'
import { describe, expect, it } from 'vitest'
import { loginFiles } from './files.ts'

const origin = 'https://netstats.example.org'

/** Where the page goes after a login that was good: what a browser makes of what the page asks it for. */
const goneTo = async (search: string, prefix = ''): Promise<string> => {
  const asked: string[] = []
  let submit: (event: object) => Promise<void> = () => Promise.resolve()
  const element = { addEventListener: (_: string, listener: typeof submit) => void (submit = listener), elements: {} }
  const field = { value: '' }
  Object.assign(element, { elements: { name: field, password: field } })
  const page = new URL(`${prefix}/login${search}`, origin)
  runInNewContext(loginFiles['/login.js']?.text('./') ?? '', {
    URL,
    URLSearchParams,
    localStorage: { getItem: () => null },
    document: { getElementById: () => element, documentElement: { dataset: {} } },
    location: {
      search: page.search,
      pathname: page.pathname,
      origin: page.origin,
      protocol: page.protocol,
      replace: (href: string) => asked.push(href),
    },
    fetch: () => Promise.resolve({ ok: true }),
  })
  await submit({ preventDefault: () => undefined })
  return new URL(asked[0] ?? 'nowhere:', page).href
}

describe('the page to log in with', () => {
  it('goes where one came from', async () => {
    expect(await goneTo('?next=%2Fnetworks%2F1337%3Fsort%3Dname%23x')).toBe(`${origin}/networks/1337?sort=name#x`)
    expect(await goneTo('')).toBe(`${origin}/`)
    expect(await goneTo('?next=%2Fn%2F1%3Fx', '/some/prefix')).toBe(`${origin}/some/prefix/n/1?x`)
    expect(await goneTo('', '/some/prefix')).toBe(`${origin}/some/prefix/`)
  })

  const hostile = [
    '//evil.example/',
    '/.//evil.example/',
    '/..//evil.example/',
    '/x/..//evil.example/',
    '/./%2e//evil.example/',
    '/%2e//evil.example/',
    '/\\evil.example/',
    '\\\\evil.example/',
    '/.\\/evil.example/',
    '/\t/evil.example/',
    '\t//evil.example/',
    '/\n/evil.example/',
    '/.\r//evil.example/',
    ' //evil.example/',
    '/%2f/evil.example/',
    '/%2Fevil.example/',
    '/%5cevil.example/',
    '///evil.example/',
    'https:evil.example/',
    'https:/evil.example/',
    'https://evil.example/',
    'http://netstats.example.org/',
    'https://netstats.example.org@evil.example/',
    'https://netstats.example.org.evil.example/',
    'https://evil.example\\@netstats.example.org/',
    'javascript:alert(1)',
    'java\nscript:alert(1)',
    'data:text/html,x',
    'blob:https://netstats.example.org/x',
    'https://:0/',
  ]
  for (const next of hostile) {
    it(`stays at this server for next=${JSON.stringify(next)}`, async () => {
      const gone = new URL(await goneTo(`?next=${encodeURIComponent(next)}`))
      expect([gone.protocol, gone.host, gone.username]).toEqual(['https:', 'netstats.example.org', ''])
    })
  }
})
