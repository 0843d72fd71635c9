/** How headers are encoded and hashed, for what makes headers instead of reading them. */
export { istanbulDigest } from './bft/layout.ts'
export { fromHex, minimalBytes, toHex } from './hex.ts'
export type { Hex } from './hex.ts'
export { encodeRlp } from './rlp.ts'
export type { RlpItem } from './rlp.ts'
export { keccak, recoverAddress } from './signature.ts'
