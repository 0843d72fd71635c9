/** Bounds of `netstats.v1`. Anyone who receives more answers with a fault; the specification names them all. */
export const limits = {
  /** UTF-8 bytes of a frame as text, after inflating: one block with 100,000 transaction hashes fits. */
  frameBytes: 8 * 1024 * 1024,
  /** A compressed frame may become this many times its bytes; one that becomes no more than `inflateFree` bytes always may. */
  inflateRatio: 100,
  inflateFree: 256 * 1024,
  /** Frames of an agent that has not been welcomed yet, and first lines of all frames. Characters. */
  headerChars: 16 * 1024,
  /** Lines of a batch, whatever the welcome allows. */
  batchItems: 2000,
  /** Lines of a `now` frame. */
  nowItems: 200,
  /** Blocks asked for in one request, and so lines of an answer. */
  requestNumbers: 100,
  /** Requests of a server that wait for their answer at a time. */
  openRequests: 4,
  /** Lives of a spool in its hello. */
  lives: 64,
  /** Observations in flight, whatever a welcome or credit says. */
  window: 100_000,
  agentChars: 200,
  nodeChars: 200,
  tokenChars: 200,
  softwareChars: 100,
  reasonChars: 200,
  /** Milliseconds: no answer and no interval asks for a longer wait. */
  waitMs: 86_400_000,
} as const

/** What a session does where its host names nothing else. */
export const defaults = {
  window: 1000,
  batchItems: 200,
  batchBytes: 256 * 1024,
  intervals: { reportMs: 15_000, lingerMs: 1000, pingMs: 10_000 },
  /** From the opened connection to the welcome, on either side. */
  loginMs: 30_000,
  /** A server measures round trip and clock so often; liveness needs less. */
  clockMs: 30_000,
  requestMs: 20_000,
  /** An agent that hears nothing of what is in flight for so long starts over. */
  ackMs: 120_000,
  /** From a server's bye until it closes by itself. */
  drainMs: 2000,
  /** Unacknowledged bytes: agents keep below the first, servers answer `busy` above the second. */
  agentFlightBytes: 4 * 1024 * 1024,
  serverFlightBytes: 16 * 1024 * 1024,
  /** Malformed things forgiven at a time; one is forgotten every minute. */
  faults: 16,
  /** Frames of an agent from this many characters on are worth compressing. */
  compressFrom: 512,
} as const

/** What a compressed frame of so many bytes may become. Agents send what would become more as text. */
export const mostInflated = (bytes: number): number =>
  Math.min(limits.frameBytes, Math.max(limits.inflateFree, limits.inflateRatio * bytes))

/** The connection is dead after this many ping intervals of silence. */
export const silentIntervals = 3.5

export const subProtocol = 'netstats.v1'

/** WebSocket close codes, for anyone who looks from outside; the reason stands in the frame before. */
export const closeCodes = { normal: 1000, away: 1001, protocol: 1002, policy: 1008, later: 1013 } as const
