import { useEffect } from 'preact/hooks'
import { alarmsHref } from '../alarms/links.ts'
import { feedClient } from '../feed/topics.ts'
import { addKeys } from '../keys.ts'
import { MapPage } from '../map/map-panel.tsx'
import { BlockPage } from '../pages/block-page.tsx'
import { HomePage } from '../pages/home-page.tsx'
import { NotFoundPage } from '../pages/message.tsx'
import { NetworkPage } from '../pages/network-page.tsx'
import { NodePage } from '../pages/node-page.tsx'
import { pastAt } from '../past/moment.ts'
import { TimeBar } from '../past/time-bar.tsx'
import { below } from '../root.ts'
import { navigate, onlyNetwork, route, setQuery, wall } from '../router/location.ts'
import { showsMoment } from '../router/routes.ts'
import { nextTheme, theme } from '../state/settings.ts'
import { Later } from '../ui/later.tsx'
import { Header, networkOf } from './header.tsx'
import { Help, helpOpen } from './help.tsx'
import { LinkBar } from './link-bar.tsx'
import { VerdictLine } from './verdict-line.tsx'

export function App() {
  useEffect(
    () =>
      addKeys({
        t: () => (theme.value = nextTheme(theme.value)),
        w: () => setQuery('wall', wall.peek() ? null : 'on'),
        s: () => navigate(below('/server')),
        a: () => navigate(below('/agents')),
        '!': () => navigate(alarmsHref(networkOf(route.peek()))),
        '?': () => (helpOpen.value = true),
      }),
    [],
  )
  const { status } = feedClient().link.value
  const past = pastAt.value !== undefined
  const stale =
    status === 'lost' || status === 'quiet' || (status === 'connecting' && feedClient().state.value.epoch !== undefined)
  return (
    <div class={`app${wall.value ? ' is-wall' : ''}${past ? ' is-past' : stale ? ' is-stale' : ''}`}>
      <a class="skip" href="#main">
        Skip to the content
      </a>
      <Header />
      <VerdictLine network={networkOf(route.value)} />
      {/* The state of the connection matters to the live page only. */}
      {!past && <LinkBar />}
      <Time />
      <main id="main" tabIndex={-1}>
        <Page />
      </main>
      <Help />
    </div>
  )
}

const history = async () => (await import('../history/history-page.tsx')).HistoryPage
const server = async () => (await import('../server/server-page.tsx')).ServerPage
const agents = async () => (await import('../agents/agents-page.tsx')).AgentsPage
const logs = async () => (await import('../logs/logs-page.tsx')).LogsPage
const metrics = async () => (await import('../metrics/metrics-page.tsx')).MetricsPage
const alarms = async () => (await import('../alarms/alarms-page.tsx')).AlarmsPage
const events = async () => (await import('../events/events-page.tsx')).EventsPage

function Time() {
  const here = route.value
  const network =
    here.page === 'home' ? onlyNetwork.value : showsMoment(here) && 'network' in here ? here.network : undefined
  return network === undefined ? null : <TimeBar key={network} network={network} />
}

function Page() {
  const here = route.value
  switch (here.page) {
    case 'home':
      return <HomePage />
    case 'network':
      return <NetworkPage key={here.network} network={here.network} />
    case 'map':
      return <MapPage key={here.network} network={here.network} />
    case 'node':
      return <NodePage key={`${here.network}/${here.node}`} network={here.network} node={here.node} />
    case 'block':
      return <BlockPage key={`${here.network}/${here.hash}`} network={here.network} hash={here.hash} />
    case 'history':
      return (
        <Later
          key={`history ${here.network}/${here.node ?? ''}`}
          load={history}
          what="charts"
          props={{ network: here.network, node: here.node }}
        />
      )
    case 'events':
      return <Later key={`events ${here.network}`} load={events} what="events" props={{ network: here.network }} />
    case 'alarms':
      return (
        <Later
          key={`alarms ${here.network ?? ''}`}
          load={alarms}
          what="alarms"
          props={here.network === undefined ? {} : { network: here.network }}
        />
      )
    case 'logs':
      return <Later key={`logs ${here.network}`} load={logs} what="logs" props={{ network: here.network }} />
    case 'metrics':
      return <Later key={`metrics ${here.network}`} load={metrics} what="metrics" props={{ network: here.network }} />
    case 'server':
      return <Later key="server" load={server} what="server" props={{}} />
    case 'agents':
      return <Later key="agents" load={agents} what="agents" props={{}} />
    case 'not-found':
      return <NotFoundPage path={here.path} />
  }
}
