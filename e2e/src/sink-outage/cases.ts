/** The sinks that the outage test is made with: one more is a line here. */
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { openHttpReceiver } from './http-receiver.ts'
import { openMailReceiver } from './mail-receiver.ts'
import type { OutageCase, Received, Receiver } from './receiver.ts'
import { openTcpReceiver } from './tcp-receiver.ts'

/** What came, and what was said to be lost: reports with a key are counted once. */
const createNotes = () => {
  const received: Received[] = []
  const losses = new Map<string, number>()
  return {
    number: (n: number, id?: string) => void received.push({ n, id }),
    loss: (dropped: number, key = `${losses.size}`) => void losses.set(key, dropped),
    receiver: (way: Pick<Receiver, 'leave' | 'comeBack'>): Receiver => ({
      leave: way.leave,
      comeBack: way.comeBack,
      received: () => Promise.resolve(received),
      givenUp: () => Promise.resolve([...losses.values()].reduce((sum, one) => sum + one, 0)),
      [Symbol.asyncDispose]: way.leave,
    }),
  }
}

const numberIn = (text: string): number => Number(/n=(\d+);/.exec(text)?.[1])

interface JsonObservation {
  readonly id: string
  readonly kind: string
  readonly body: { readonly message?: string; readonly dropped?: number }
}

const noteJson = (notes: ReturnType<typeof createNotes>, { id, kind, body }: JsonObservation): void => {
  if (kind === 'gap') notes.loss(body.dropped ?? 0, id)
  else notes.number(numberIn(body.message ?? ''), id)
}

const file: OutageCase = {
  name: 'file',
  kind: 'log',
  isAcknowledged: true,
  isToldLosses: true,
  open: (folder) => {
    const place = join(folder, 'observations')
    mkdirSync(place)
    const lines = (): readonly string[] =>
      readdirSync(place)
        .filter((name) => name.startsWith('out.ndjson') && !name.endsWith('.partial'))
        // The one without a time is the newest.
        .sort((a, b) => (a === 'out.ndjson' ? 1 : b === 'out.ndjson' ? -1 : a < b ? -1 : 1))
        // One is there as it was and compressed where the end came in between.
        .filter((name, _, all) => !name.endsWith('.gz') || !all.includes(name.slice(0, -3)))
        .flatMap((name) => {
          const bytes = readFileSync(join(place, name))
          return (name.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8').split('\n').slice(0, -1)
        })
    const read = () => {
      const notes = createNotes()
      for (const line of lines()) noteJson(notes, JSON.parse(line) as JsonObservation)
      return notes.receiver({ leave: () => Promise.resolve(), comeBack: () => Promise.resolve() })
    }
    const away = `${place}-away`
    const comeBack = (): Promise<void> => {
      if (!existsSync(away)) return Promise.resolve()
      rmSync(place)
      renameSync(away, place)
      return Promise.resolve()
    }
    return Promise.resolve({
      options: { type: 'file', file: join(place, 'out.ndjson'), maxBytes: '256KiB', keep: 1000, kinds: ['log', 'gap'] },
      receiver: {
        // The folder is a file, as one of a disk that is not mounted is another one.
        leave: () => {
          renameSync(place, away)
          writeFileSync(place, '')
          return Promise.resolve()
        },
        comeBack,
        received: () => (existsSync(away) ? Promise.resolve([]) : read().received()),
        givenUp: () => read().givenUp(),
        [Symbol.asyncDispose]: () => Promise.resolve(),
      },
    })
  },
}

const webhook: OutageCase = {
  name: 'webhook',
  kind: 'log',
  isAcknowledged: true,
  isToldLosses: true,
  open: async () => {
    const notes = createNotes()
    const http = await openHttpReceiver((body) => {
      const { observations } = JSON.parse(body) as { readonly observations: readonly JsonObservation[] }
      for (const one of observations) noteJson(notes, one)
    })
    return { receiver: notes.receiver(http), options: { type: 'webhook', url: http.url, kinds: ['log', 'gap'] } }
  },
}

const influx: OutageCase = {
  name: 'influx',
  kind: 'metric',
  isAcknowledged: true,
  isIdempotent: true,
  isToldLosses: true,
  open: async () => {
    const notes = createNotes()
    const http = await openHttpReceiver((body) => {
      for (const line of body.split('\n')) {
        const [series = '', fields = '', at = ''] = line.split(' ')
        const value = Number(/^value=(.+)$/.exec(fields)?.[1])
        // A series has one value at a time.
        if (series.startsWith('gap.dropped')) notes.loss(value, `${series} ${at}`)
        else if (series.startsWith('outage.n')) notes.number(value, `${series} ${at}`)
      }
    })
    const options = { type: 'influx', endpoint: http.url, database: 'd', kinds: ['metric', 'gap'] }
    return { receiver: notes.receiver(http), options }
  },
}

const syslog: OutageCase = {
  name: 'syslog',
  kind: 'log',
  isAcknowledged: false,
  isToldLosses: true,
  open: async () => {
    const notes = createNotes()
    const take = (text: string): void => {
      const id = /id="([^"]+)"/.exec(text)?.[1]
      if (text.includes('kind="gap"')) notes.loss(Number(/ (\d+) observations of class/.exec(text)?.[1]), id)
      else notes.number(numberIn(text), id)
    }
    const tcp = await openTcpReceiver((came) => {
      for (let at = 0; ; ) {
        const space = came.indexOf(0x20, at)
        const length = Number(came.subarray(at, Math.max(space, at)).toString('latin1'))
        if (space === -1 || came.length < space + 1 + length) return at
        take(came.subarray(space + 1, space + 1 + length).toString('utf8'))
        at = space + 1 + length
      }
    })
    return { receiver: notes.receiver(tcp), options: { type: 'syslog', endpoint: tcp.endpoint } }
  },
}

const statsd: OutageCase = {
  name: 'statsd',
  kind: 'metric',
  isAcknowledged: false,
  // A counter is what it is told each time.
  isToldLosses: false,
  open: async () => {
    const notes = createNotes()
    const tcp = await openTcpReceiver((came) => {
      const end = came.lastIndexOf(0x0a) + 1
      for (const line of came.subarray(0, end).toString('utf8').split('\n')) {
        const value = /outage\.n[^:]*:(\d+)\|g$/.exec(line)?.[1]
        if (value !== undefined) notes.number(Number(value))
      }
      return end
    })
    const options = { type: 'statsd', endpoint: tcp.endpoint, transport: 'tcp', kinds: ['metric', 'gap'] }
    return { receiver: notes.receiver(tcp), options }
  },
}

const email: OutageCase = {
  name: 'email',
  kind: 'alarm',
  isAcknowledged: true,
  isToldLosses: true,
  open: async () => {
    const notes = createNotes()
    const mail = await openMailReceiver((text) => {
      for (const [, n] of text.matchAll(/n=(\d+);/g)) notes.number(Number(n))
      // The times in it tell one report from another.
      for (const [said, dropped] of text.matchAll(/(\d+) observations of class .*/g)) notes.loss(Number(dropped), said)
    })
    const options = {
      type: 'email',
      host: '127.0.0.1',
      port: mail.port,
      security: 'none',
      from: 'netstats@example.org',
      to: ['ops@example.org'],
      kinds: ['alarm', 'gap'],
      every: '50ms',
    }
    return { receiver: notes.receiver(mail), options }
  },
}

export const outageCases: readonly OutageCase[] = [file, webhook, email, influx, syslog, statsd]
