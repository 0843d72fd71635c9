import type { Socket } from 'node:net'

/** Cuts a peer that sends more than any login needs before it has logged in: its frames would be kept until whole. */
export const guardUnknownPeer = (raw: Socket, mostBytes: number, isKnown: () => boolean, cut: () => void): void => {
  const watch = (): void => {
    if (isKnown()) raw.off('data', watch)
    else if (raw.bytesRead > mostBytes) {
      raw.off('data', watch)
      cut()
    }
  }
  raw.on('data', watch)
}
