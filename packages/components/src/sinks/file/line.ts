/** An observation as a line of JSON. */
import type { Batch, SpooledObservation } from '@netstats/sdk'
import { encodeBody } from '@netstats/sdk'
import { itemId, parseItemId } from '../shared/item-id.ts'

/** `{"id":…,"kind":…,"network":…,"node":…,"observedAt":…,"body":{…}}` and a line feed; times in milliseconds. */
export const renderLine = (batch: Pick<Batch, 'spool'>, item: SpooledObservation): string => {
  const { kind, node, observedAt } = item.observation
  const head = JSON.stringify({ id: itemId(batch, item), kind, network: item.network, node, observedAt })
  return `${head.slice(0, -1)},"body":${encodeBody(item.observation)}}\n`
}

/** The place in the spool of the last whole line; undefined where there is none, or it is not ours. */
export const lastPlace = (tail: string): ReturnType<typeof parseItemId> => {
  const end = tail.lastIndexOf('\n')
  const begin = tail.lastIndexOf('\n', end - 1)
  const line = tail.slice(begin + 1, Math.max(end, 0))
  return parseItemId(/^\{"id":"([^"]{1,80})"/.exec(line)?.[1])
}
