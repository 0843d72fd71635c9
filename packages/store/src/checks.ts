/** What every driver refuses, so that all refuse the same. Each throws `STORE_QUERY_INVALID`. */
import { StoreError } from './store-errors.ts'
import type { Page, Range } from './store.ts'

/** Most rows one question may ask for. */
export const maxLimit = 100_000
/** No time of a store is beyond it: the last one that a `Date` can hold. */
const latestTime = 8.64e15

export const invalidQuery = (message: string): StoreError => new StoreError('STORE_QUERY_INVALID', message)

export const checkTime = (name: string, value: number): void => {
  if (!Number.isSafeInteger(value) || value < 0 || value > latestTime)
    throw invalidQuery(`${name} is not a time in Unix milliseconds.`)
}

/** An empty range is none; one that ends before it begins is refused. */
export const checkRange = ({ from, to }: Range): void => {
  checkTime('from', from)
  checkTime('to', to)
  if (to < from) throw invalidQuery('The range ends before it begins.')
}

export const checkHeight = (number: number): void => {
  if (!Number.isSafeInteger(number)) throw invalidQuery('A height is not a whole number.')
}

export const checkLimit = (limit: number, name = 'limit'): void => {
  if (!Number.isSafeInteger(limit) || limit < 0 || limit > maxLimit)
    throw invalidQuery(`${name} is not a whole number from 0 to ${maxLimit}.`)
}

export const checkPage = ({ limit, after }: Page): void => {
  checkLimit(limit)
  if (after !== undefined && !(Number.isSafeInteger(after.at) && Number.isSafeInteger(after.seq)))
    throw invalidQuery('The position to go on from is not one.')
}

/** Most numbers one series may be asked for. */
export const maxMetrics = 100

export const checkMetrics = <M>(asked: readonly M[], known?: readonly M[]): void => {
  if (asked.length > maxMetrics) throw invalidQuery(`More than ${maxMetrics} metrics.`)
  if (known && !asked.every((metric) => known.includes(metric))) throw invalidQuery('There is no such metric.')
}
