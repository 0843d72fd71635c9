/** The frames of one netstats agent in `netstats.v1`: the content of a geth's, in batches. */
import { networkId, usualClient } from './fleet-nodes.ts'
import { textFrame } from './frames.ts'
import type { NodeFacts } from './geth-workload.ts'

/** A block's body as an agent writes it, from what a geth sends of the same block. */
export const blockBody = (gethJson: string): string => {
  const { transactions, uncles, timestamp, ...facts } = JSON.parse(gethJson) as {
    readonly transactions: readonly { readonly hash: string }[]
    readonly uncles: readonly unknown[]
    readonly timestamp: number
  }
  const hashes = transactions.map(({ hash }) => hash)
  return JSON.stringify({
    ...facts,
    timestamp,
    transactions: hashes.length,
    transactionHashes: hashes,
    uncles: uncles.length,
  })
}

export interface HelloFacts extends NodeFacts {
  readonly id: string
  readonly spool: string
  readonly after: number
  readonly token: string
}

export const netstatsHello = ({
  id,
  spool,
  after,
  token,
  client = usualClient,
  networkId: network = networkId,
}: HelloFacts): Buffer =>
  textFrame(
    Buffer.from(
      JSON.stringify({
        type: 'hello',
        version: 1,
        agent: id,
        node: id,
        info: {
          name: id,
          networkId: network,
          client,
          port: 30303,
          protocol: 'eth/69, eth/68, snap/1',
          os: 'linux',
          osVersion: 'amd64',
          canUpdateHistory: true,
        },
        spool,
        after,
        acknowledged: 0,
        lives: [{ life: '1'.repeat(16), from: 1 }],
        time: Date.now(),
        software: 'netstats-bench/0.1.0',
        token,
      }),
    ),
  )

/** A line without its sequence: `KIND` and `OBSERVEDAT BODY`. */
export interface Line {
  readonly kind: string
  readonly observedAt: number
  /** Bytes of its JSON, shared by all who say the same. */
  readonly body: Buffer
}

/** Observations that a full spool could not take. */
export interface LostLines {
  readonly dropped: number
  readonly from: number
  readonly to: number
}

/** Tells the server what is missing. The classes are mixed; the least important of a report stands for them. */
export const gapLine = (lost: LostLines): Line => ({
  kind: 'gap',
  observedAt: lost.to,
  body: Buffer.from(JSON.stringify({ reason: 'size', class: 'stats', ...lost })),
})

/** The frame of a batch whose first line has the sequence after `after`. */
export const batchFrame = (after: number, number: number, lines: readonly Line[]): Buffer => {
  const heads = lines.map(({ kind, observedAt }, i) => `\n${kind} ${after + 1 + i} ${observedAt} `)
  const header = `{"type":"batch","after":${after},"count":${lines.length},"number":${number}}`
  const length =
    header.length +
    heads.reduce((sum, one) => sum + one.length, 0) +
    lines.reduce((sum, { body }) => sum + body.length, 0)
  const payload = Buffer.allocUnsafe(length)
  let at = payload.write(header, 0, 'latin1')
  for (const [i, { body }] of lines.entries()) {
    at += payload.write(heads[i] as string, at, 'latin1')
    at += body.copy(payload, at)
  }
  return textFrame(payload)
}

export const pingOf = (t1: number): Buffer => textFrame(Buffer.from(`{"type":"ping","t1":${t1}}`))
export const pongOf = (t1: number, now: number): Buffer =>
  textFrame(Buffer.from(`{"type":"pong","t1":${t1},"t2":${now},"t3":${now}}`))

/** The bodies that stay the same all run: made once per agent. */
export const staticLines = (index: number, syncing = false) => ({
  latency: Buffer.from(`{"latencyMs":${1 + (index % 90)}}`),
  pending: Buffer.from(`{"pending":${index % 400}}`),
  stats: Buffer.from(
    `{"active":true,"syncing":${syncing},"peers":${8 + (index % 42)},"gasPrice":"1284503311","uptime":100}`,
  ),
})
