/** A topic's state encoded as snapshots: once as text, and as frames under the ids that clients commonly use. */
export interface SnapshotFrames {
  /** The state is another now. */
  clear(): void
  /** `message`: the snapshot without type and id, asked for where it was not encoded yet. */
  get(id: number, message: () => object): Buffer
}

// A bound, because ids are the clients' choice.
const framesKept = 8

export const createSnapshotFrames = (): SnapshotFrames => {
  const frames = new Map<number, Buffer>()
  let body: string | undefined
  return {
    clear() {
      body = undefined
      frames.clear()
    },
    get(id, message) {
      const kept = frames.get(id)
      if (kept !== undefined) return kept
      body ??= JSON.stringify(message()).slice(1)
      const frame = Buffer.from(`{"type":"snapshot","id":${id},${body}`)
      if (frames.size < framesKept) frames.set(id, frame)
      return frame
    },
  }
}
