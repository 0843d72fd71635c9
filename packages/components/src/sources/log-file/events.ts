/**
 * What lines of clients tell besides themselves: how long a block took to import, how many peers there are, what became of a
 * round or a seal. Times and counts become observations; the rest is a name in the line's field `event`.
 */
import type { BlockNumber, BlockProcessing, Hash, Metric } from '@netstats/protocol'
import type { LogLine } from './forms/mod.ts'

export const logEvents = [
  'block-imported',
  'block-sealed',
  'bad-block',
  'chain-reorganised',
  'missed-turn',
  'peer-count',
  'peer-connected',
  'peer-disconnected',
  'round-change',
  'round-summary',
  'sealing-failed',
  'signed-recently',
  'validators-changed',
] as const
export type LogEvent = (typeof logEvents)[number]

/** The first that fits counts. Words of every client that has the event, as its versions write them. */
const patterns: readonly (readonly [LogEvent, RegExp])[] = [
  ['signed-recently', /signed recently, must wait/i],
  [
    'sealing-failed',
    /block sealing failed|failed to seal|sealing (?:of )?block .{0,40}failed|block production failed/i,
  ],
  ['round-summary', /round summary/i],
  ['round-change', /round[ -]?change|\b(?:new|next) round\b|moved to round|round .{0,20}expired|round timeout/i],
  [
    'missed-turn',
    /skipped (?:step|\d+ (?:step|primary))|primary(?:.{0,20})missed|skipping block production|primary .{0,40}did not/i,
  ],
  ['bad-block', /########## bad block|bad block|invalid block|block .{0,60}is invalid|stage .{0,60}invalid/i],
  [
    'chain-reorganised',
    /chain reorg|reorg(?:anis|aniz)(?:ed|ation)|large chain reorg|chain reorganised|🔀|^reorg to #/i,
  ],
  [
    'validators-changed',
    /(?:validator set|validators|signer set) (?:changed|updated)|signal for (?:transition|switch)/i,
  ],
  [
    'block-sealed',
    /successfully sealed new block|commit(?:ted)? new (?:sealing|mining) work|^produced (?:and imported )?(?:empty )?(?:block )?#|sealed block|mined (?:potential )?block|produced block/i,
  ],
  [
    'block-imported',
    /^imported (?:empty )?(?:new )?(?:potential )?(?:chain segment|block|#)|^imported #|block added to canonical chain|^processed (?:block )?\s*\d|head updated|^inserted (?:new )?(?:block|chain)/i,
  ],
  ['peer-connected', /adding (?:p2p|static|trusted) peer|peer connected|connected to peer|new peer/i],
  ['peer-disconnected', /removing (?:p2p|static|trusted) peer|peer disconnected|dropped peer|disconnected from peer/i],
  ['peer-count', /looking for peers|\b\d{1,4}\/\d{1,4} peers\b|^peers\b|^goodpeers\b/i],
]

export const eventOf = (message: string): LogEvent | undefined => {
  const said = message.slice(0, 300)
  return patterns.find(([, pattern]) => pattern.test(said))?.[0]
}

export type LogFinding =
  | { readonly kind: 'metric'; readonly body: Metric }
  | { readonly kind: 'block-processing'; readonly body: BlockProcessing }

const number = (text: string | undefined): number | undefined => {
  const value = text === undefined || text === '' ? Number.NaN : Number(text.replaceAll(/[,_#]/g, ''))
  return Number.isFinite(value) ? value : undefined
}

const units: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  μs: 1e-3,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
}
const durationParts = /(\d+(?:\.\d+)?)\s?(ns|us|µs|μs|ms|s|m|h)/g

/** Milliseconds of a duration as Go, Rust and Java write it: `1m2.5s`, `3.4ms`, `0.012s`. */
export const durationMs = (text: string | undefined): number | undefined => {
  if (text === undefined || text.length > 40) return undefined
  const parts = [...text.matchAll(durationParts)]
  if (parts.length === 0) return undefined
  return parts.reduce((sum, [, value, unit = 'ms']) => sum + Number(value) * (units[unit] ?? 1), 0)
}

const inMessage =
  /\bin (\d+(?:\.\d+)?\s?(?:ns|us|µs|μs|ms|s))\b|\(.{0,80}?(\d+(?:\.\d+)?\s?ms)\b|\|\s{1,12}(\d+(?:\.\d+)? ms)\b/
const blockNumber = /#\s?([\d,]{1,20})|^processed\s{1,12}(?:block\s)?([\d,]{1,20})/i
const fullHash = /\b0x[0-9a-f]{64}\b/
const peersInMessage = /\bpeers: (\d{1,6})\b|\b(\d{1,6})\/\d{1,6} peers\b|\bpeers=(\d{1,6})\b/i
const peerFields = ['peercount', 'peers', 'connected_peers', 'GoodPeers']

const elapsedOf = ({ message, fields = {} }: LogLine): number | undefined => {
  const said =
    fields['elapsed'] ??
    fields['took'] ??
    fields['execution'] ??
    inMessage
      .exec(message)
      ?.slice(1)
      .find((one) => one !== undefined)
  return durationMs(said)
}

const peersOf = ({ message, fields = {} }: LogLine): number | undefined => {
  const field = peerFields.map((name) => number(fields[name])).find((one) => one !== undefined)
  return (
    field ??
    number(
      peersInMessage
        .exec(message)
        ?.slice(1)
        .find((one) => one !== undefined),
    )
  )
}

/** Times of import and numbers of peers in a line. A block whose whole hash the line tells is one of `block-processing`. */
export const findingsOf = (line: LogLine, event: LogEvent | undefined): readonly LogFinding[] => {
  const found: LogFinding[] = []
  const elapsed = event === 'block-imported' ? elapsedOf(line) : undefined
  if (elapsed !== undefined) {
    const { message, fields = {} } = line
    const hash = fullHash.exec(fields['hash'] ?? '')?.[0] ?? fullHash.exec(message)?.[0]
    const block = number(
      fields['number'] ??
        blockNumber
          .exec(message)
          ?.slice(1)
          .find((one) => one !== undefined),
    )
    if (hash !== undefined && block !== undefined && Number.isSafeInteger(block) && block >= 0) {
      const body = { number: block as BlockNumber, hash: hash as Hash, processingMs: elapsed }
      found.push({ kind: 'block-processing', body })
    } else found.push({ kind: 'metric', body: { name: 'log.blockImportMs', value: elapsed } })
  }
  const peers = peersOf(line)
  if (peers !== undefined) found.push({ kind: 'metric', body: { name: 'log.peers', value: peers } })
  return found
}
