/** What happens to a value that finds a channel full. `latest`: only the newest value ever waits. */
export const overflows = ['block', 'drop-oldest', 'drop-newest', 'latest'] as const
export type Overflow = (typeof overflows)[number]

export interface ChannelOptions<T> {
  /** Values that may wait. */
  readonly capacity: number
  readonly overflow: Overflow
  /** Called with every value that is given up, and why: `full` by the overflow rule, `closed` after the end. */
  readonly onDrop?: (value: T, reason: 'full' | 'closed') => void
}

/** A bounded queue between one or more senders and one or more receivers, first in, first out. */
export interface Channel<T extends {}> extends AsyncIterable<T> {
  /**
   * Puts a value in line; under `block` it waits for room and rejects with the signal's reason when that aborts. False
   * where the value was given up.
   */
  send(value: T, options: { signal: AbortSignal }): Promise<boolean>
  /** Puts a value in line without waiting. False where it was given up, or under `block` where there is no room. */
  trySend(value: T): boolean
  /** The next value, waiting for one; undefined after the end, or when the signal aborts. */
  receive(options?: { signal?: AbortSignal }): Promise<T | undefined>
  /** The values until the end, or until the signal aborts. */
  values(options: { signal: AbortSignal }): AsyncGenerator<T, void>
  /** No more values are taken; those in line are still received, then comes the end. Senders that wait give up. */
  close(): void
  readonly closed: boolean
  /** Values waiting. */
  size(): number
}

interface Receiver<T> {
  give(value: T | undefined): void
}

interface Sender<T> {
  readonly value: T
  settle(taken: boolean): void
}

// oxlint-disable-next-line max-lines-per-function -- who sends, who receives and what is queued between them change together
export const channel = <T extends {}>({ capacity, overflow, onDrop }: ChannelOptions<T>): Channel<T> => {
  if (!Number.isInteger(capacity) || capacity < 1) throw new RangeError(`a channel cannot hold ${capacity} values`)
  const limit = overflow === 'latest' ? 1 : capacity
  const queue: T[] = []
  const receivers = new Set<Receiver<T>>()
  const senders = new Set<Sender<T>>()
  let closed = false

  /** Undefined where there is no room and the rule is to wait. */
  const offer = (value: T): boolean | undefined => {
    if (closed) {
      onDrop?.(value, 'closed')
      return false
    }
    const receiver = first(receivers)
    if (receiver) {
      receiver.give(value)
      return true
    }
    if (queue.length >= limit) {
      if (overflow === 'block') return undefined
      if (overflow === 'drop-newest') {
        onDrop?.(value, 'full')
        return false
      }
      const old = queue.shift()
      if (old !== undefined) onDrop?.(old, 'full')
    }
    queue.push(value)
    return true
  }

  const waitForRoom = (value: T, signal: AbortSignal): Promise<boolean> =>
    new Promise((resolve, reject) => {
      const onAbort = (): void => {
        senders.delete(sender)
        reject(signal.reason)
      }
      const sender: Sender<T> = {
        value,
        settle: (taken) => {
          signal.removeEventListener('abort', onAbort)
          resolve(taken)
        },
      }
      senders.add(sender)
      signal.addEventListener('abort', onAbort, { once: true })
    })

  const receive = (signal?: AbortSignal): Promise<T | undefined> => {
    if (signal?.aborted) return Promise.resolve(undefined)
    const value = queue.shift()
    if (value !== undefined) {
      // The place goes to the sender that waited longest, here and now: its value keeps its turn.
      const sender = first(senders)
      if (sender) {
        queue.push(sender.value)
        sender.settle(true)
      }
      return Promise.resolve(value)
    }
    if (closed) return Promise.resolve(undefined)
    return new Promise((resolve) => {
      const onAbort = (): void => {
        receivers.delete(receiver)
        resolve(undefined)
      }
      const receiver: Receiver<T> = {
        give: (given) => {
          signal?.removeEventListener('abort', onAbort)
          resolve(given)
        },
      }
      receivers.add(receiver)
      signal?.addEventListener('abort', onAbort, { once: true })
    })
  }

  async function* values(signal?: AbortSignal): AsyncGenerator<T, void> {
    for (let value = await receive(signal); value !== undefined; value = await receive(signal)) yield value
  }

  return {
    async send(value, { signal }) {
      signal.throwIfAborted()
      return offer(value) ?? waitForRoom(value, signal)
    },
    trySend: (value) => offer(value) ?? false,
    receive: ({ signal } = {}) => receive(signal),
    values: ({ signal }) => values(signal),
    [Symbol.asyncIterator]: () => values(),
    close() {
      closed = true
      for (let receiver = first(receivers); receiver; receiver = first(receivers)) receiver.give(undefined)
      for (let sender = first(senders); sender; sender = first(senders)) {
        onDrop?.(sender.value, 'closed')
        sender.settle(false)
      }
    },
    get closed() {
      return closed
    },
    size: () => queue.length,
  }
}

/** Takes the longest-waiting one out of a set. */
const first = <X>(waiting: Set<X>): X | undefined => {
  const [one] = waiting
  if (one !== undefined) waiting.delete(one)
  return one
}
