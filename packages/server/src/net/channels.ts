/**
 * The channels of the one port, by path.
 *
 *     /api, /api/, /apixyz?…  ethstats clients   /primus…    classic dashboards
 *     /agent                  netstats agents    /external…  third parties
 *     /feed                   dashboards
 */
export const channels = ['api', 'agent', 'primus', 'external', 'feed'] as const
export type Channel = (typeof channels)[number]

export const pathOf = (url: string | undefined): string => {
  const end = url?.search(/[?#]/) ?? -1
  return (end < 0 ? url : url?.slice(0, end)) ?? '/'
}

/** Classic servers match their channels by prefix, and agents in the field rely on it: `/api/`, `/apixyz`. */
export const channelOf = (path: string): Channel | undefined => {
  if (path === '/feed' || path.startsWith('/feed/')) return 'feed'
  // `/agents` is a page.
  if (path === '/agent' || path === '/agent/') return 'agent'
  return (['api', 'primus', 'external'] as const).find((one) => path.startsWith(`/${one}`))
}
