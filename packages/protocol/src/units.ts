/** Branded numbers and strings: a duration cannot be passed where a point in time is meant. */
declare const brand: unique symbol
type Brand<T, Name extends string> = T & { readonly [brand]: Name }

/** A point in time, milliseconds since 1970-01-01T00:00:00Z. */
export type UnixMs = Brand<number, 'UnixMs'>
/** A point in time, whole seconds since 1970, as block headers carry it. */
export type UnixSeconds = Brand<number, 'UnixSeconds'>
/** A length of time in milliseconds. */
export type DurationMs = Brand<number, 'DurationMs'>
/** Height of a block in its chain. Below 2^53 by construction of the parser. */
export type BlockNumber = Brand<number, 'BlockNumber'>
/** 32 bytes as `0x` and 64 lower-case hex digits. */
export type Hash = Brand<string, 'Hash'>
/** 20 bytes as `0x` and 40 lower-case hex digits. */
export type Address = Brand<string, 'Address'>
/** The name a node goes by on its network; 1 to 200 characters, no control characters. */
export type NodeId = Brand<string, 'NodeId'>
/** Key of a network on one server: the network id, with a genesis prefix where two networks share an id. */
export type NetworkKey = Brand<string, 'NetworkKey'>
/** Amount of the chain's native coin in wei; may pass 2^53. */
export type Wei = Brand<bigint, 'Wei'>

export const unixMs = (n: number): UnixMs => n as UnixMs
export const unixSeconds = (n: number): UnixSeconds => n as UnixSeconds
export const durationMs = (n: number): DurationMs => n as DurationMs
export const blockNumber = (n: number): BlockNumber => n as BlockNumber
export const nodeId = (s: string): NodeId => s as NodeId
export const networkKey = (s: string): NetworkKey => s as NetworkKey
export const wei = (n: bigint): Wei => n as Wei
