import type { BlockRow } from '@netstats/protocol/feed'
import { count, gap, unknown } from './numbers.ts'

/** First and last digits of a hash or address, `0x3f9a…c21b`; text that is not long stays whole. */
export function shortHash(hash: string | null | undefined, digits = 4): string {
  if (!hash) return unknown
  return hash.length <= 2 * digits + 3 ? hash : `${hash.slice(0, digits + 2)}…${hash.slice(-digits)}`
}

/** An amount of wei in a readable unit: `875 wei`, `1.25 gwei`, `0.5 ether`. Exact up to the shown digits. */
export function weiAmount(wei: string | null | undefined): string {
  if (!wei || !/^\d+$/.test(wei)) return unknown
  const n = BigInt(wei)
  if (n < 1_000_000n) return `${count(Number(n))}${gap}wei`
  if (n < 10n ** 17n) return `${scaled(n, 9)}${gap}gwei`
  return `${scaled(n, 18)}${gap}ether`
}

function scaled(n: bigint, exponent: number): string {
  const unit = 10n ** BigInt(exponent)
  const whole = n / unit
  const places = whole >= 100n ? 0 : whole >= 1n ? 2 : 4
  const part = (n % unit).toString().padStart(exponent, '0').slice(0, places).replace(/0+$/, '')
  return `${count(Number(whole))}${part ? `.${part}` : ''}`
}

/** True for the zero address: the reporters did not say who sealed. */
export const isNobody = (address: string | null | undefined): boolean => !address || /^0x0*$/.test(address)

/** Gas used as a share of the limit; null where one of them is not known. */
export const gasShare = ({ gasUsed, gasLimit }: Pick<BlockRow, 'gasUsed' | 'gasLimit'>): number | null =>
  gasUsed !== null && gasLimit !== null && gasLimit > 0 ? gasUsed / gasLimit : null

/** How far behind the head: `head`, `−1`. */
export function behindText(behind: number | null): string {
  if (behind === null) return unknown
  return behind <= 0 ? 'head' : `−${count(behind)}`
}
