import { toneOf, worstOf } from '../alarms/severity.ts'
import { seconds } from '../clock.ts'
import type { Link } from '../feed/link.ts'
import { feedClient, useTopic } from '../feed/topics.ts'
import { duration } from '../format/time.ts'
import { pastAt } from '../past/moment.ts'
import { below } from '../root.ts'
import { onlyNetwork, route, wall } from '../router/location.ts'
import { type Route, writeRoute } from '../router/routes.ts'
import { UserMenu } from '../session/session.tsx'
import { nextTheme, theme } from '../state/settings.ts'
import { openCounts } from '../state/tab.ts'
import { beatOf } from '../summary/beat.tsx'
import { Mark, Wordmark } from '../ui/strokes.tsx'
import { helpOpen } from './help.tsx'

const sections = ['map', 'history', 'metrics', 'logs', 'events', 'alarms'] as const

/** The network of a page; of the first page, the only one that there is. */
export const networkOf = (here: Route): string | undefined =>
  'network' in here ? here.network : here.page === 'home' ? onlyNetwork.value : undefined

export function Header() {
  const here = route.value
  const network = networkOf(here)
  const onNetwork = here.page === 'network' || here.page === 'home'
  return (
    <header class="top">
      <a class="brand" href={below('/')} aria-label="netstats, all networks">
        <Mark />
        <Wordmark />
      </a>
      {network !== undefined && (
        <nav class="crumbs" aria-label="Where you are">
          <a href={writeRoute({ page: 'network', network })} aria-current={onNetwork ? 'page' : undefined}>
            <span class="label">network</span> {network}
          </a>
          {sections.map((page) => (
            <a key={page} href={writeRoute({ page, network })} aria-current={here.page === page ? 'page' : undefined}>
              {page}
            </a>
          ))}
          {(here.page === 'node' || here.page === 'block') && <span class="faint">{here.page}</span>}
        </nav>
      )}
      <LinkState network={network} />
      {!wall.value && (
        <div class="top-tools">
          <a
            class="tool"
            href={below('/agents')}
            aria-current={here.page === 'agents' ? 'page' : undefined}
            title="Agents (a)"
          >
            <svg class="is-drawn" viewBox="0 0 10 10" aria-hidden="true">
              <path d="M0.6 2H9.4M0.6 5H9.4M0.6 8H6" />
            </svg>
            <span class="tool-name">agents</span>
          </a>
          <a
            class="tool"
            href={below('/server')}
            aria-current={here.page === 'server' ? 'page' : undefined}
            title="Health of the server (s)"
          >
            <svg class="is-drawn" viewBox="0 0 10 10" aria-hidden="true">
              <path d="M0.4 5.4H2.6L4 1.6L6 8.6L7.3 5.4H9.6" />
            </svg>
            <span class="tool-name">server</span>
          </a>
          <UserMenu />
          <button type="button" onClick={() => (theme.value = nextTheme(theme.value))} title="Theme (t)">
            <svg viewBox="0 0 10 10" aria-hidden="true">
              <circle cx="5" cy="5" r="4" />
              <path d="M5 1a4 4 0 0 1 0 8Z" />
            </svg>
            <span class="visually-hidden">Theme: </span>
            <span class="theme-name">{theme.value}</span>
          </button>
          <button type="button" onClick={() => (helpOpen.value = !helpOpen.value)} title="Keys and signs (?)">
            ?<span class="visually-hidden"> help</span>
          </button>
        </div>
      )}
    </header>
  )
}

/** The connection in the corner; trouble is in the bar below, this says that all is well. */
function LinkState({ network }: { readonly network: string | undefined }) {
  if (pastAt.value !== undefined) {
    return (
      <p class="link-state is-past" title="The page shows a past moment; the live picture waits">
        <svg viewBox="0 0 10 10" aria-hidden="true">
          <circle cx="5" cy="5" r="4" />
          <path d="M5 2.4V5L6.8 6.2" />
        </svg>
        past
      </p>
    )
  }
  const link = feedClient().link.value
  if (link.status === 'live')
    return network === undefined ? <Live link={link} stands={false} /> : <LiveNetwork link={link} network={network} />
  const words = { connecting: 'connecting', quiet: 'quiet', lost: 'lost' }[link.status]
  return (
    <p class={`link-state is-${link.status}`} title="Connection to the server and its round trip">
      <svg viewBox="0 0 10 10" aria-hidden="true">
        {link.status === 'lost' && <path d="M1.6 1.6L8.4 8.4M8.4 1.6L1.6 8.4" />}
        {(link.status === 'connecting' || link.status === 'quiet') && <path d="M5 1L9 8.5H1Z" />}
      </svg>
      {words}
    </p>
  )
}

type LiveLink = Extract<Link, { status: 'live' }>

function LiveNetwork({ link, network }: { readonly link: LiveLink; readonly network: string }) {
  const summary = useTopic({ topic: 'summary', network }).value.data
  const head = summary?.head
  const beat = head && beatOf(seconds.value, head.arrivedAt ?? head.timestamp, summary.blockTimeMs)
  return <Live link={link} stands={beat?.state === 'stalled'} />
}

/** Calm blue says that the page moves with the chain. Where the chain stands or an alarm is bad, only the connection is well. */
function Live({ link, stands }: { readonly link: LiveLink; readonly stands: boolean }) {
  const worst = openCounts.value && worstOf(openCounts.value)
  const calm = !stands && (worst === undefined || toneOf(worst) !== 'bad')
  return (
    <p
      class={calm ? 'link-state is-live' : 'link-state is-connected'}
      title="Connection to the server and its round trip"
    >
      <svg viewBox="0 0 10 10" aria-hidden="true">
        <circle cx="5" cy="5" r="3.4" />
      </svg>
      {calm ? 'live' : 'connected'}
      {link.roundTripMs !== null && <span class="faint"> {duration(link.roundTripMs)}</span>}
    </p>
  )
}
