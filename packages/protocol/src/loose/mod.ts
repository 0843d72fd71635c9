/** Readers for what nodes send, whose types and forms differ from client to client; no I/O. */
export { readBlock, zeroHash } from './read-block.ts'
export { readHeader } from './read-header.ts'
export { address, fieldsOf, filled, hash, quantity, rounded, whole, zeroAddress } from './values.ts'
export type { Fields } from './values.ts'
