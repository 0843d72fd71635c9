import { describe, expect, it } from 'vitest'
import { below, rootOf, within } from './root.ts'

describe('the root of the server', () => {
  it('is where the scripts are served from', () => {
    expect(rootOf('https://h/assets/index-1.js')).toBe('/')
    expect(rootOf('https://h/some/prefix/assets/index-1.js')).toBe('/some/prefix/')
  })

  it('stands before every address, and before none within', () => {
    for (const base of ['/', '/p/', '/some/prefix/']) {
      for (const path of ['/', '/n/1337', '/n/1/nodes/%2F']) expect(within(below(path, base), base)).toBe(path)
    }
    expect(below('/n/1', '/p/')).toBe('/p/n/1')
    expect(within('/elsewhere', '/p/')).toBe('/elsewhere')
  })
})
