/**
 * Where on its site the server lives. Every answer is written so that it works wherever that is: links within the pages are
 * relative to the path that was asked for, so that a proxy may take a prefix away and need not say so.
 *
 *     https://site/some/prefix/n/1337     proxy takes the prefix away      /n/1337
 *                                         proxy passes it on, basePath     /some/prefix/n/1337 → /n/1337
 */

/** Where the channels are, which are known by how their path begins (`channelOf`). */
const channelPath = /^\/(?:api|primus|external|(?:agent|feed)(?=\/|$))/

/** `/some/prefix` of what an operator writes, `` for the root; undefined for what is no path. */
export const tryBasePath = (text: string): string | undefined => {
  const trimmed = text.replace(/\/+$/, '')
  if (trimmed === '') return ''
  // An agent that comes without the prefix would have its own path taken for the prefix.
  if (channelPath.test(trimmed)) return undefined
  return trimmed.length <= 200 && /^(?:\/[\w.~-]+)+$/.test(trimmed) && !/\/\.{1,2}(?:\/|$)/.test(trimmed)
    ? trimmed
    : undefined
}

/** The path within the server, for a request with or without the prefix. */
export const withoutBase = (url: string, base: string): string => {
  if (base === '' || !url.startsWith(base)) return url
  const rest = url.slice(base.length)
  if (rest === '') return '/'
  if (rest.startsWith('/')) return rest
  return rest.startsWith('?') ? `/${rest}` : url
}

/** The name of a node may hold slashes, which some proxies write out: for the browser it is one segment all the same. */
const nodePage = /^\/n\/[^/]+\/nodes\/.+?(\/history)?(\/?)$/

const depthOf = (path: string): number => {
  const [, history, slash = ''] = nodePage.exec(path) ?? []
  if (nodePage.test(path)) return (history === undefined ? 3 : 4) + slash.length
  return path.split('/').length - 2
}

/** How to get from a path that was asked for to the root of the server: `./`, `../`, … */
export const rootFrom = (path: string): string => {
  const end = path.search(/[?#]/)
  const depth = depthOf(end < 0 ? path : path.slice(0, end))
  return depth <= 0 ? './' : '../'.repeat(depth)
}
