import type { SimNetwork } from './network.ts'

const lines = [
  [6, 'Imported new chain segment number=18204331 blocks=1 txs=97 elapsed=24.1ms'],
  [4, 'Served eth_call reverted err="execution reverted: not the owner of the record"'],
  [6, 'Looking for peers peercount=3 tried=41 static=0'],
  [3, 'Failed to write block to disk err="no space left on device"'],
  [5, 'Upgrade available version=1.13.15'],
  [6, 'Chain reorg detected number=18204320 drop=1 add=1'],
  [4, 'Clock skew of 812 ms against the server of the network'],
] as const

/** Invented log lines and alarms, newest first, in pages. */
export function eventsOf(kind: 'logs' | 'alarms', query: URLSearchParams, network: SimNetwork): unknown {
  const limit = Number(query.get('limit') ?? 100)
  const begin = Number(query.get('cursor') ?? 0)
  const now = Math.floor(Date.now() / 1000) * 1000
  const text = (query.get('text') ?? '').toLowerCase()
  const most = Number(query.get('severity') || 7)
  const nodes = network.nodes.map((node) => node.row.id)
  const all = Array.from({ length: kind === 'logs' ? 450 : 24 }, (_, i) => {
    const at = now - i * (kind === 'logs' ? 41_000 : 1_900_000) - 2000
    const node = nodes[(i * 7) % nodes.length] ?? null
    if (kind === 'logs') {
      const [severity, message] = lines[(i * 5) % lines.length] ?? lines[0]
      return { at, node, severity, source: i % 3 === 0 ? 'syslog' : 'geth', message }
    }
    const step = i % 2 === 0 ? 'cleared' : 'raised'
    return {
      at,
      node,
      alarm: `a${i}`,
      step,
      severity: 4,
      type: 'node-inactive',
      message: `${node} was silent for 60 s`,
    }
  }).filter((row) => row.severity <= most && row.message.toLowerCase().includes(text))
  const rest = new URLSearchParams(query)
  rest.set('cursor', String(begin + limit))
  const next = begin + limit < all.length ? `/api/v1/networks/${network.key}/history/${kind}?${rest}` : null
  return { next, [kind]: all.slice(begin, begin + limit) }
}
