import { render } from 'preact'
import { learnServerTime, startClock } from './clock.ts'
import { openFeed } from './feed/client.ts'
import { askWhy, connectSocket } from './feed/connect.ts'
import { useTopicsFrom } from './feed/topics.ts'
import { startKeys } from './keys.ts'
import { startPast } from './past/moment.ts'
import { askServer } from './rest/rest.ts'
import { below } from './root.ts'
import { startRouter } from './router/location.ts'
import { learnSession } from './session/session.tsx'
import { App } from './shell/app.tsx'
import { startTheme } from './state/settings.ts'
import { startIcon } from './state/tab.ts'
import { followRootFontSize, followTallness } from './ui/measures.ts'
import './styles/base.css'
import './styles/pages.css'
import './styles/panels.css'
import './styles/past.css'
import './styles/recorder.css'
import './styles/shell.css'
import './styles/summary.css'
import './styles/table.css'
import './styles/tokens.css'
import './styles/wall.css'

const feed = openFeed({
  connect: (listener) => connectSocket(new URL(below('/feed'), window.location.href.replace(/^http/, 'ws')), listener),
  why: (attempt) => askWhy(askServer, window.location.origin, attempt),
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
// When the network is back, or the page visible again, the next try does not wait.
window.addEventListener('online', feed.retryNow)
document.addEventListener('visibilitychange', () => {
  if (!document.hidden) feed.retryNow()
})

startIcon()

const root = document.getElementById('app')
if (!root) throw new Error('index.html has no #app.')
render(<App />, root)
