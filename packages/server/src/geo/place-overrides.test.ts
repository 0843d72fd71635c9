import { describe, expect, it } from 'vitest'
import { createPlaceOverrides } from './place-overrides.ts'

const at = (city: string) => ({ city, latitude: 1, longitude: 2 })

describe('the places of the operator', () => {
  it('take the id before patterns, and the pattern that says most', () => {
    const find = createPlaceOverrides({
      '*': at('any'),
      'eu-*': at('eu'),
      'eu-west-*': at('west'),
      'eu-west-1': at('one'),
    })
    expect(['eu-west-1', 'eu-west-2', 'eu-9', 'us-1'].map((id) => find(id)?.city)).toEqual(['one', 'west', 'eu', 'any'])
  })

  it('do not depend on the order of the file', () => {
    const find = createPlaceOverrides({
      '7': at('seven'),
      'eu-west-*': at('west'),
      'eu-*': at('eu'),
      '*-1': at('last'),
    })
    expect(['7', 'eu-west-1', 'eu-1'].map((id) => find(id)?.city)).toEqual(['seven', 'west', 'eu'])
  })

  it('know an id that holds a star', () => {
    expect(createPlaceOverrides({ 'a*': at('star') })('a*')?.city).toBe('star')
  })

  it('say null for what was left out, and for nodes they do not name', () => {
    const find = createPlaceOverrides({ a: { latitude: -33.9, longitude: 151.2 } })
    expect(find('a')).toEqual({ city: null, country: null, latitude: -33.9, longitude: 151.2 })
    expect(find('b')).toBeNull()
    expect(find('__proto__')).toBeNull()
    expect(createPlaceOverrides(undefined)('a')).toBeNull()
  })

  it('show the code of a country as its name, and any other word as it is', () => {
    const find = createPlaceOverrides({
      a: { country: 'AT', ...at('Graz') },
      b: { country: 'ZZ', ...at('b') },
      c: { country: 'Consortia', ...at('c') },
    })
    expect(['a', 'b', 'c'].map((id) => find(id)?.country)).toEqual(['Austria', 'ZZ', 'Consortia'])
  })
})
