/**
 * Keys that scripts can keep while chains begin again: `1337-newest` is the newest network with that id that has active
 * nodes; and where no network has the plain id for its key, because nobody is on that chain any more, the id is it too.
 */
import type { ApiContext, Endpoint } from './endpoint.ts'

const newest = '-newest'

/** An endpoint of the live state is one of the past where a moment is named. */
export const asksOfPast = ({ history, query }: Pick<Endpoint, 'history' | 'query'>, asked: unknown): boolean =>
  history !== undefined && !('at' in query.shape && (asked as { readonly at?: unknown } | undefined)?.at === undefined)

export const networkNamed = (
  { core, summary }: Pick<ApiContext, 'core' | 'summary'>,
  key: string,
  past: boolean,
): string => {
  if (core.network(key) !== undefined) return key
  const isAlias = key.endsWith(newest)
  // What is past may still be asked for under the key it had.
  if (!isAlias && past) return key
  const id = isAlias ? key.slice(0, -newest.length) : key
  let found: string | undefined
  let foundActive = false
  for (const view of core.networks()) {
    if (view.networkId !== id) continue
    const active = summary(view).active > 0
    if (found !== undefined && foundActive && !active) continue
    found = view.key
    foundActive = active
  }
  return found ?? key
}
