/** The last deltas of a channel, bounded by count and bytes; the oldest go first. */
export interface ReplayLimits {
  readonly count: number
  readonly bytes: number
}

export interface ReplayBuffer {
  readonly bytes: number
  push(seq: number, frame: Buffer): void
  /** Frames after `seq`, oldest first; undefined where one of them is gone or was never there. */
  after(seq: number, newest: number): readonly Buffer[] | undefined
  clear(): void
}

export const createReplayBuffer = (limits: ReplayLimits): ReplayBuffer => {
  let frames: { readonly seq: number; readonly frame: Buffer }[] = []
  let bytes = 0
  return {
    get bytes() {
      return bytes
    },
    push(seq, frame) {
      frames.push({ seq, frame })
      bytes += frame.length
      while (frames.length > limits.count || bytes > limits.bytes) bytes -= frames.shift()?.frame.length ?? bytes
    },
    after(seq, newest) {
      if (seq === newest) return []
      if (seq > newest || frames[0] === undefined || frames[0].seq > seq + 1) return undefined
      return frames.filter((one) => one.seq > seq).map((one) => one.frame)
    },
    clear() {
      frames = []
      bytes = 0
    },
  }
}
