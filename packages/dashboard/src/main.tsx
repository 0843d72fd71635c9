import { render } from 'preact'
import { learnServerTime, startClock } from './clock.ts'
import { connectSocket } from './feed/browser-socket.ts'
import { openFeed } from './feed/client.ts'
import { useTopicsFrom } from './feed/topics.ts'
import { startKeys } from './keys/keys.ts'
import { startPast } from './past/past.ts'
import { startRouter } from './router/location.ts'
import { learnSession } from './session/session.ts'
import { App } from './shell/app.tsx'
import { startTheme } from './state/settings.ts'
import { followRootFontSize, followTallness } from './ui/root-font-size.ts'
import './styles/tokens.css'
import './styles/base.css'
import './styles/shell.css'
import './styles/summary.css'
import './styles/recorder.css'
import './styles/panels.css'
import './styles/table.css'
import './styles/pages.css'
import './styles/past.css'
import './styles/wall.css'

const feed = openFeed({
  connect: (listener) => connectSocket(new URL('/feed', window.location.href.replace(/^http/, 'ws')), listener),
  now: Date.now,
  random: Math.random,
  after: (ms, run) => {
    const timer = setTimeout(run, ms)
    return () => clearTimeout(timer)
  },
  onServerTime: learnServerTime,
})

useTopicsFrom(feed, startPast())
startTheme()
startRouter()
startKeys()
startClock(() => feed.link.peek().status === 'live')
followRootFontSize()
followTallness()
void learnSession()
// A network that is back, or a page looked at again, does not wait for the end of a back-off.
window.addEventListener('online', feed.retryNow)
document.addEventListener('visibilitychange', () => {
  if (!document.hidden) feed.retryNow()
})

const root = document.getElementById('app')
if (!root) throw new Error('index.html has no #app.')
render(<App />, root)
