import { afterEach } from 'vitest'
import type { Store } from '../../store.ts'
import type { Retention } from '../../store-admin.ts'
import type { Column } from '../../table.ts'
import { tables } from '../../tables.ts'
import type { TableName } from '../../tables.ts'
import type { Row } from '../../memory/data.ts'
import { storeBatchOf } from '../../memory/rows.ts'
import type { StoreRows } from '../../memory/rows.ts'

export interface StoreContractOptions {
  /** Names where it lies. A durable store that is opened again at its place has the same rows. */
  readonly place: string
  /** The clock by which rows are late or expired, Unix milliseconds; tests move it. */
  readonly now: () => number
  readonly retention: Retention
}

export interface StoreContractFeatures {
  /** Its rows survive being closed and opened again. */
  readonly durable: boolean
  /** Questions run beside the one who asks, so that they can be ended in the middle and by time. */
  readonly concurrent: boolean
  readonly parquet: boolean
}

export type OpenStore = (options: StoreContractOptions) => Promise<Store>

export const secondMs = 1000
export const minuteMs = 60_000
export const hourMs = 3_600_000
export const dayMs = 86_400_000

/** Noon of a day: the start of an hour, and of every narrower bucket. */
export const noon = Date.UTC(2026, 0, 15, 12)
export const retention: Retention = {
  raw: 2 * dayMs,
  logs: 7 * dayMs,
  seconds: 7 * dayMs,
  minutes: 30 * dayMs,
  hours: 730 * dayMs,
}

const emptyOf = (name: string, { type, nullable }: Column): string | number | bigint | boolean | null => {
  if (nullable) return null
  if (name === 'network' || name === 'node') return 1
  if (type === 'text') return ''
  if (type === 'hash64') return 0n
  return type === 'bool' ? false : 0
}

/** A row with these values; the other columns are null where they may be, a network or node is 1, all else 0 or empty. */
export const storeRow = <T extends TableName>(table: T, values: Partial<Row<T>> = {}): Row<T> => {
  const columns = Object.entries<Column>(tables[table].columns)
  return {
    ...Object.fromEntries(columns.map(([name, column]) => [name, emptyOf(name, column)])),
    ...values,
  }
}

/** A hash that begins with the number. */
export const hashOf = (n: number): string => `0x${n.toString(16).padStart(16, '0')}${'ab'.repeat(24)}`

export interface ContractStore {
  readonly store: Store
  /** Where the clock is; it may be moved. */
  now: number
  readonly write: (rows: StoreRows) => Promise<void>
  /** Closes it and opens it again at the same place. */
  readonly reopen: () => Promise<ContractStore>
}

let places = 0

/** Opens stores for a suite's tests, and closes them after each. */
export const createSetup = (open: OpenStore): (() => Promise<ContractStore>) => {
  let opened: Store[] = []
  afterEach(async () => {
    for (const store of opened) await store[Symbol.asyncDispose]()
    opened = []
  })
  return async () => {
    const clock = { now: noon }
    const options = { place: `place-${++places}`, now: () => clock.now, retention }
    const start = async (): Promise<ContractStore> => {
      const store = await open(options)
      opened.push(store)
      return {
        store,
        get now() {
          return clock.now
        },
        set now(value) {
          clock.now = value
        },
        write: (rows) => store.write(storeBatchOf(rows)),
        async reopen() {
          await store[Symbol.asyncDispose]()
          return start()
        },
      }
    }
    return start()
  }
}

export const textOf = async (pieces: AsyncIterable<Uint8Array>): Promise<string> => {
  const decoder = new TextDecoder()
  let text = ''
  for await (const piece of pieces) text += decoder.decode(piece, { stream: true })
  return text + decoder.decode()
}

/** All of time, as far as a store knows it. */
export const always = { from: 0, to: Date.UTC(2100, 0) }
