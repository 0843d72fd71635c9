/**
 * The baseline of `netstats.v1`: `ws`, and a JSON.parse for the first line and for each body of a frame. Agents are welcomed,
 * pings are answered, nothing is acknowledged and nothing else done.
 *
 * `node netstats-baseline.ts [port] [ack]`: `ack` makes it a server for tests, which acknowledges what has no hole.
 */
import { serveBaseline } from './baseline-server.ts'
import type { BaselineCounts } from './baseline-server.ts'

const acknowledges = process.argv[3] === 'ack'
const throughs = new Map<string, number>()

interface Header {
  readonly type: string
  readonly spool: string
  readonly after: number
  readonly count: number
  readonly t1: number
}

const countLines = (text: string, from: number, counts: BaselineCounts): void => {
  for (let at = from; at > 0; ) {
    const end = text.indexOf('\n', at)
    JSON.parse(text.slice(text.indexOf('{', at), end < 0 ? undefined : end))
    counts.events++
    at = end + 1
  }
}

serveBaseline((socket, counts) => {
  let spool = ''
  const welcome = (hello: Header): void => {
    spool = hello.spool
    const through = throughs.get(spool) ?? hello.after
    throughs.set(spool, through)
    const limits = { batchItems: 200, batchBytes: 262_144 }
    const intervals = { reportMs: 15_000, lingerMs: 1000, pingMs: 10_000 }
    const answer = { type: 'welcome', session: spool, network: '20261', through, time: Date.now(), window: 100_000 }
    socket.send(JSON.stringify({ ...answer, limits, intervals, durable: false }))
  }
  const acknowledge = ({ after, count }: Header): void => {
    const through = throughs.get(spool) ?? 0
    if (after < through) counts.doubles++
    if (after > through) counts.holes++
    else throughs.set(spool, Math.max(through, after + count))
    socket.send(JSON.stringify({ type: 'ack', through: throughs.get(spool) }))
  }
  return (text) => {
    const end = text.indexOf('\n')
    const header = JSON.parse(end < 0 ? text : text.slice(0, end)) as Header
    if (end > 0) countLines(text, end + 1, counts)
    if (header.type === 'hello') welcome(header)
    else if (header.type === 'ping') socket.send(`{"type":"pong","t1":${header.t1},"t2":0,"t3":0}`)
    else if (acknowledges && header.type === 'batch') acknowledge(header)
  }
})
