import { useEffect } from 'preact/hooks'
import { feedClient } from '../feed/topics.ts'
import { addKeys } from '../keys/keys.ts'
import { BlockPage } from '../pages/block-page.tsx'
import { HomePage } from '../pages/home-page.tsx'
import { MapPage } from '../pages/map-page.tsx'
import { NetworkPage } from '../pages/network-page.tsx'
import { NodePage } from '../pages/node-page.tsx'
import { NotFoundPage } from '../pages/not-found-page.tsx'
import { route, setQuery, wall } from '../router/location.ts'
import { theme } from '../state/settings.ts'
import { nextTheme } from '../state/storage.ts'
import { Header } from './header.tsx'
import { Help, helpOpen } from './help.tsx'
import { LinkBar } from './link-bar.tsx'

export function App() {
  useEffect(
    () =>
      addKeys({
        t: () => (theme.value = nextTheme(theme.value)),
        w: () => setQuery('wall', wall.peek() ? null : 'on'),
        '?': () => (helpOpen.value = true),
      }),
    [],
  )
  const { status } = feedClient().link.value
  const stale =
    status === 'lost' || status === 'quiet' || (status === 'connecting' && feedClient().state.value.epoch !== undefined)
  return (
    <div class={`app${wall.value ? ' is-wall' : ''}${stale ? ' is-stale' : ''}`}>
      <a class="skip" href="#main">
        To the content
      </a>
      <Header />
      <LinkBar />
      <main id="main" tabIndex={-1}>
        <Page />
      </main>
      <Help />
    </div>
  )
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
    case 'not-found':
      return <NotFoundPage path={here.path} />
  }
}
