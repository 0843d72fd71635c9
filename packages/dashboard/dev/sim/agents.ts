/** Invented deliveries of agents, and agents with tokens that can really be added, revoked and banned until the simulator ends. */
import { randomBytes } from 'node:crypto'
import type { SimNetwork } from './network.ts'

interface Agent {
  id: string
  network: string | null
  state: 'active' | 'revoked' | 'banned'
  hasToken: boolean
  key: string | null
  note: string
  createdAt: number
  rotatedAt: number | null
  revokedAt: number | null
  bannedAt: number | null
  seenAt: number | null
}

const day = 86_400_000

export function deliveriesOf(networks: readonly SimNetwork[], query: URLSearchParams): unknown {
  const now = Date.now()
  const text = (query.get('text') ?? '').toLowerCase()
  const limit = Number(query.get('limit') ?? 100)
  const begin = Number(query.get('cursor') ?? 0)
  const all = networks.flatMap((network) => {
    return network.nodes
      .filter((_, i) => i % 5 < 2)
      .map(({ row }, i) => {
        const poor = i % 17 === 3
        const gone = i % 23 === 5
        const received = 120_000 + ((i * 7919) % 90_000)
        return {
          agent: row.id,
          network: network.key,
          node: row.id,
          spool: (((i + 1) * 2654435761) >>> 0).toString(16).padStart(8, '0'),
          open: !gone,
          durable: received + 40,
          applied: received + 40,
          received,
          duplicates: i % 9 === 2 ? 12 + i : 0,
          missing: poor ? 4100 + i : 0,
          missed: poor
            ? [
                { class: 'latency', reason: 'size', dropped: 4000 },
                { class: 'stats', reason: 'disk-full', dropped: 100 + i },
              ]
            : [],
          holes: i % 41 === 3 ? 7 : 0,
          firstAt: now - 40 * day,
          lastAt: gone ? now - 8_000_000 - i * 60_000 : now - 1200,
          lagMs: gone ? null : 900 + ((i * 37) % 900),
          offsetMs: i % 3 === 0 ? -12.4 - i / 10 : 3.2 + i * 1.7,
          errorMs: 4.1 + (i % 7),
        }
      })
  })
  const found = all.filter(
    (one) =>
      (one.agent.toLowerCase().includes(text) || one.node.toLowerCase().includes(text)) &&
      (query.get('incomplete') !== 'true' || one.missing + one.holes > 0),
  )
  const rest = new URLSearchParams(query)
  rest.set('cursor', String(begin + limit))
  const next = begin + limit < found.length ? `/api/v1/deliveries?${rest}` : null
  return { durable: true, total: all.length, limit, deliveries: found.slice(begin, begin + limit), next }
}

const token = (): string => `nst_${randomBytes(32).toString('base64url')}`

export function createAgents(networks: readonly SimNetwork[]) {
  const now = Date.now()
  const agents = new Map<string, Agent>()
  const put = (agent: Agent): Agent => (agents.set(JSON.stringify([agent.id, agent.network]), agent), agent)
  const made = (id: string, network: string | null, note = ''): Agent => ({
    id,
    network,
    note,
    state: 'active',
    hasToken: true,
    key: null,
    createdAt: Date.now(),
    rotatedAt: null,
    revokedAt: null,
    bannedAt: null,
    seenAt: null,
  })
  for (const [i, { row }] of (networks[0]?.nodes ?? []).slice(0, 9).entries()) {
    const agent = put({
      ...made(row.id, i % 3 === 0 ? null : (networks[0]?.key ?? null)),
      createdAt: now - 60 * day,
      seenAt: now - i * 3_700_000,
    })
    if (i === 1)
      Object.assign(agent, { key: 'q83vEjRWeJq83vEjRWeJq83vEjRWeJq83vEjRWeJq80=', note: 'signs its batches' })
    if (i === 2) Object.assign(agent, { note: 'Vienna, rack 4', rotatedAt: now - 3 * day })
    if (i === 4)
      Object.assign(agent, { state: 'revoked', hasToken: false, revokedAt: now - 9 * day, note: 'machine was sold' })
    if (i === 6) Object.assign(agent, { state: 'banned', bannedAt: now - 2 * day, note: 'floods with forged blocks' })
  }

  return {
    list: (query: URLSearchParams) => {
      const all = [...agents.values()].sort((a, b) => (a.id < b.id ? -1 : 1))
      const offset = Number(query.get('offset') ?? 0)
      return { total: all.length, agents: all.slice(offset, offset + Number(query.get('limit') ?? 1000)) }
    },
    /** Undefined where there is no such agent or it is there already. */
    act(what: string, body: { readonly id: string; readonly network?: string; readonly note?: string }): unknown {
      const key = JSON.stringify([body.id, body.network ?? null])
      const known = agents.get(key)
      if (what === 'add') {
        return known ? undefined : { agent: put(made(body.id, body.network ?? null, body.note)), token: token() }
      }
      if (!known) return undefined
      const at = Date.now()
      if (what === 'remove') {
        agents.delete(key)
        return { agent: null }
      }
      if (what === 'rotate') Object.assign(known, { state: 'active', hasToken: true, rotatedAt: at, revokedAt: null })
      if (what === 'revoke') Object.assign(known, { state: 'revoked', hasToken: false, revokedAt: at })
      if (what === 'ban') Object.assign(known, { state: 'banned', bannedAt: at })
      if (what === 'unban') Object.assign(known, { state: 'active', bannedAt: null })
      return what === 'rotate' ? { agent: known, token: token() } : { agent: known }
    },
  }
}
