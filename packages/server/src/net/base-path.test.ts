import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { channelOf, channels } from './channels.ts'
import { rootFrom, tryBasePath, withoutBase } from './base-path.ts'

describe('a base path', () => {
  it('is read with or without a slash at its end', () => {
    expect(['/', '', '/a', '/a/', '/some/prefix/', '/a.b_c~d-e'].map(tryBasePath)).toEqual([
      '',
      '',
      '/a',
      '/a',
      '/some/prefix',
      '/a.b_c~d-e',
    ])
    for (const text of ['a', '//a', '/a//b', '/a b', '/..', '/a/../b', '/a?b', '/%61', '/a/.', `/${'x'.repeat(200)}`])
      expect([text, tryBasePath(text)]).toEqual([text, undefined])
  })

  it('is none of the paths that agents and pages come to', () => {
    for (const channel of channels) {
      for (const path of [`/${channel}`, `/${channel}/`]) {
        expect([path, channelOf(path)]).toEqual([path, channel])
        expect([path, tryBasePath(path)]).toEqual([path, undefined])
      }
    }
    expect(['/agents', '/feeds', '/net/api'].map(tryBasePath)).toEqual(['/agents', '/feeds', '/net/api'])
  })

  it('is taken away where it is, and nothing else is', () => {
    expect(withoutBase('/p/n/1?x', '/p')).toBe('/n/1?x')
    expect(withoutBase('/p', '/p')).toBe('/')
    expect(withoutBase('/p?x=1', '/p')).toBe('/?x=1')
    expect(withoutBase('/pages', '/p')).toBe('/pages')
    expect(withoutBase('/n/1', '/p')).toBe('/n/1')
    expect(withoutBase('/n/1', '')).toBe('/n/1')
  })

  it('need not be known to lead back to the root', () => {
    expect(rootFrom('/')).toBe('./')
    expect(rootFrom('/login')).toBe('./')
    expect(rootFrom('/login/?next=/a/b/c')).toBe('../')
    const segment = fc
      .string({ minLength: 1 })
      .map((text) => encodeURIComponent(text.toWellFormed().replaceAll('.', '_')))
    fc.assert(
      fc.property(fc.array(segment), fc.array(segment), fc.boolean(), (prefix, path, slash) => {
        const root = `https://site/${prefix.map((one) => `${one}/`).join('')}`
        const asked = `/${path.join('/')}${slash && path.length > 0 ? '/' : ''}`
        expect(new URL(rootFrom(asked), root + asked.slice(1)).href).toBe(new URL(root).href)
      }),
    )
  })
})
