/** Moments as addresses name them. */
import { writeRoute } from '../router/routes.ts'

/** RFC 3339 with a zone; undefined for anything else. Unix milliseconds. */
export function readMoment(text: string | null): number | undefined {
  if (text === null || !/^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d)$/.test(text)) return undefined
  const at = Date.parse(text)
  return Number.isNaN(at) ? undefined : at
}

export const writeMoment = (at: number): string => new Date(at).toISOString().replace('.000Z', 'Z')

/** Where a network, or one of its nodes, is shown as it was. */
export const momentHref = (network: string, at: number, node?: string): string =>
  `${writeRoute(node === undefined ? { page: 'network', network } : { page: 'node', network, node })}?at=${writeMoment(at)}`
