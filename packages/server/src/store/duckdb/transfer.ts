/** The buffers of typed arrays in a result, at most two levels down: they move to the other thread instead of being copied. */
export const buffersOf = (value: unknown): ArrayBuffer[] => {
  const buffers = new Set<ArrayBuffer>()
  const look = (part: unknown, depth: number): void => {
    if (ArrayBuffer.isView(part)) buffers.add(part.buffer as ArrayBuffer)
    else if (depth > 0 && typeof part === 'object' && part !== null && !Array.isArray(part)) {
      for (const inner of Object.values(part)) look(inner, depth - 1)
    }
  }
  look(value, 2)
  return [...buffers]
}
