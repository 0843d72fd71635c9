/** Lines joined to datagrams. */

export interface Packed {
  readonly datagrams: readonly Buffer[]
  /** Lines that fit into no datagram. */
  readonly tooLong: number
}

export const pack = (lines: readonly string[], maxBytes: number): Packed => {
  const datagrams: Buffer[] = []
  let open: string[] = []
  let bytes = 0
  let tooLong = 0
  const close = (): void => {
    if (open.length > 0) datagrams.push(Buffer.from(open.join('\n')))
    open = []
    bytes = 0
  }
  for (const line of lines) {
    const length = Buffer.byteLength(line)
    if (length > maxBytes) {
      tooLong++
      continue
    }
    if (bytes + length + (open.length > 0 ? 1 : 0) > maxBytes) close()
    bytes += length + (open.length > 0 ? 1 : 0)
    open.push(line)
  }
  close()
  return { datagrams, tooLong }
}
