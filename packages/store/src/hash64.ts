import { hash } from 'node:crypto'

/**
 * The eight bytes by which tables join blocks: the first of the SHA-256 of the hash as text. Not of the hash itself:
 * anybody may claim a hash that begins like another block's and so mix into what is known of that.
 */
export const hash64Of = (blockHash: string): bigint => hash('sha256', blockHash, 'buffer').readBigUInt64BE(0)
