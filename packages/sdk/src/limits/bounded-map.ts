/**
 * A map with a bound on its entries: beyond it the oldest is removed. Entries are in the order in which they were set, and `touch`
 * makes one the newest.
 */
export interface BoundedMap<K, V> extends Iterable<[K, V]> {
  get(key: K): V | undefined
  has(key: K): boolean
  /** An entry that is there keeps its place. */
  set(key: K, value: V): void
  /** Sets it as the newest. */
  touch(key: K, value: V): void
  delete(key: K): boolean
  clear(): void
  keys(): MapIterator<K>
  values(): MapIterator<V>
  readonly size: number
}

export const createBoundedMap = <K, V>(most: number, onEvicted?: (value: V, key: K) => void): BoundedMap<K, V> => {
  const map = new Map<K, V>()
  const evict = (): void => {
    for (const [key, value] of map) {
      if (map.size <= most) return
      map.delete(key)
      onEvicted?.(value, key)
    }
  }
  return {
    get: (key) => map.get(key),
    has: (key) => map.has(key),
    set(key, value) {
      map.set(key, value)
      if (map.size > most) evict()
    },
    touch(key, value) {
      map.delete(key)
      map.set(key, value)
      if (map.size > most) evict()
    },
    delete: (key) => map.delete(key),
    clear: () => map.clear(),
    keys: () => map.keys(),
    values: () => map.values(),
    [Symbol.iterator]: () => map[Symbol.iterator](),
    get size() {
      return map.size
    },
  }
}
