// Sends lines at a steady rate: `node sources-sender.ts TRANSPORT PORT LINES_PER_SECOND SECONDS KIND LINES_PER_PACKET`.
import { createSocket } from 'node:dgram'
import { connect } from 'node:net'

const [transport = '', port = '', rate = '', seconds = '', kind = '', perPacket = ''] = process.argv.slice(2)

/** As programs write them: a few series with tags, times, and lines of a node. */
const lineOf = (n: number): string =>
  kind === 'statsd'
    ? ([
        `node.requests:1|c|#method:eth_call,node:n${n % 20}`,
        `node.peers:${n % 50}|g|#node:n${n % 20}`,
        `node.took:${n % 1000}|ms`,
      ][n % 3] ?? '')
    : `<165>1 2026-11-30T12:00:00.${String(n % 1_000_000).padStart(6, '0')}Z box geth 4242 ID${n % 10} [node@32473 name="n${n % 20}"] Imported new chain segment number=${n} hash=0x1234567890abcdef txs=12 elapsed=4.2ms`

const packets = Array.from({ length: 300 }, (_, i) =>
  Buffer.from(Array.from({ length: Number(perPacket) }, (__, j) => `${lineOf(i * Number(perPacket) + j)}\n`).join('')),
)
const total = Math.round((Number(rate) * Number(seconds)) / Number(perPacket))
const perMs = total / Number(seconds) / 1000

const udp = transport === 'udp' ? createSocket('udp4') : undefined
const tcp = transport === 'tcp' ? connect(Number(port), '127.0.0.1') : undefined
const send = (packet: Buffer): void => {
  if (udp !== undefined) udp.send(packet, Number(port), '127.0.0.1')
  else tcp?.write(packet)
}

const begun = performance.now()
let sent = 0
while (sent < total) {
  const due = Math.min(total, Math.floor((performance.now() - begun) * perMs))
  // A sender that was kept waiting does not make up for it in one burst that no receiver could take.
  for (const until = Math.min(due, sent + Math.ceil(perMs * 20)); sent < until; sent++)
    send(packets[sent % packets.length] as Buffer)
  if ((tcp?.writableLength ?? 0) > 1 << 20) await new Promise((resolve) => tcp?.once('drain', resolve))
  await new Promise((resolve) => setTimeout(resolve, 1))
}
const tookMs = performance.now() - begun
if (udp !== undefined) udp.close()
tcp?.end()
process.stdout.write(JSON.stringify({ lines: total * Number(perPacket), packets: total, tookMs }))
