import type { AlarmRecord } from '@netstats/protocol/feed'
import { expect, it } from 'vitest'
import { checkTold, toldOf } from './alarm-oracle.ts'

const stepOf = (step: number, state: AlarmRecord['state'], isHidden = false) =>
  ({ id: 'a', step, state, suppressed: isHidden ? { reason: 'parent', by: null } : null }) as AlarmRecord

const life = [stepOf(1, 'raised', true), stepOf(2, 'raised'), stepOf(3, 'raised', true), stepOf(4, 'cleared')]
const written = new Map([['a', life]])
const posted = (...steps: readonly (readonly [number, string])[]) =>
  steps.map(([step, state]) => ({ id: 'a', step, state }))

it('tells what came once and in order from what did not', () => {
  expect(toldOf(life)).toEqual([2, 3, 4])
  expect(toldOf([stepOf(1, 'raised', true), stepOf(2, 'cleared')])).toEqual([])
  expect(checkTold(written, posted([2, 'raised'], [3, 'updated'], [2, 'raised'], [4, 'cleared']))).toEqual({
    raised: 1,
    cleared: 1,
  })
  expect(() => checkTold(written, posted([2, 'raised'], [4, 'cleared']))).toThrow('2 4 came')
  expect(() => checkTold(written, posted([3, 'updated'], [2, 'raised'], [4, 'cleared']))).toThrow('3 2 4 came')
  expect(() => checkTold(written, posted([2, 'raised'], [3, 'raised'], [4, 'cleared']))).toThrow('raised twice')
  expect(() => checkTold(new Map(), posted([2, 'raised']))).toThrow("not one of the server's")
})
