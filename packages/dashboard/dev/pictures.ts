/** The pictures that screenshots.ts takes: of which page, at which size, and what happens before. */
import type { Page } from 'playwright-core'

/** The server that is photographed. */
export interface PictureServer {
  readonly url: string
  readonly stop: () => Promise<void>
}

export const sizes = {
  phone: [390, 844],
  tablet: [900, 1100],
  desktop: [1440, 900],
  wall: [2560, 1440],
  scroll: [390, 2900],
} as const
type Size = keyof typeof sizes

type Act = (page: Page, server: PictureServer) => Promise<unknown>

export interface Picture {
  readonly name: string
  readonly size: Size
  readonly dark?: boolean
  readonly path?: string
  /** What to do, and wait for, before the picture. */
  readonly act?: Act
}

const network = '/n/20261'

const shows =
  (selector: string): Act =>
  (page) =>
    page.waitForSelector(selector)
const rows = shows('tr[data-node]')
const message = shows('.message')
const place = shows('.place')
const charts = shows('.chart-plot canvas')

const inOrder =
  (...acts: readonly Act[]): Act =>
  async (page, server) => {
    for (const act of acts) await act(page, server)
  }
const follow = (selector: string): Act =>
  inOrder((page) => page.locator(selector).first().click(), shows('.page-head, .block-page'))
const press = (key: string): Act => {
  return (page) => page.keyboard.press(key)
}
const toNodes: Act = inOrder(rows, (page) => page.locator('.nodes').evaluate((e) => e.scrollIntoView()))

/** One page at several sizes, light and dark. */
const everyWay = (
  name: string,
  path: string,
  act: Act,
  at: readonly Size[] = ['phone', 'desktop', 'wall'],
): readonly Picture[] =>
  at.flatMap((size) =>
    [false, true].map((dark) => ({ name: `${name}-${size}-${dark ? 'dark' : 'light'}`, size, dark, path, act })),
  )

/** Pictures of one network, small or large. */
export const picturesOf = (label: string): readonly Picture[] => {
  const block = follow('.blocks-table tr:nth-child(3) a')
  const node = follow('.cell-name a')
  return [
    ...everyWay(label, '/', rows),
    { name: `${label}-phone-full`, size: 'scroll', act: rows },
    { name: `${label}-wallmode`, size: 'wall', dark: true, path: `${network}?wall`, act: rows },
    { name: `${label}-wallmode-desktop`, size: 'desktop', path: `${network}?wall`, act: rows },
    { name: `${label}-block`, size: 'desktop', act: block },
    { name: `${label}-block-phone`, size: 'phone', dark: true, act: block },
    { name: `${label}-node`, size: 'desktop', dark: true, act: node },
    { name: `${label}-node-phone`, size: 'phone', act: node },
  ]
}

/** What only a large network shows, and pages of what is not there. */
export const largePictures: readonly Picture[] = [
  { name: '3000-tablet', size: 'tablet', act: rows },
  { name: '3000-map', size: 'desktop', path: `${network}/map`, act: place },
  {
    name: '3000-scrolled',
    size: 'desktop',
    dark: true,
    act: inOrder(rows, (page) => page.evaluate(() => window.scrollTo(0, 30_000))),
  },
  { name: '3000-filter', size: 'desktop', path: `${network}?q=state:inactive&sort=-stateSince`, act: toNodes },
  {
    name: '3000-pinned',
    size: 'desktop',
    act: inOrder(rows, ...['j', 'p', 'j', 'j', 'j', 'p', 'k'].map(press), toNodes),
  },
  { name: '3000-columns', size: 'desktop', act: inOrder(toNodes, (page) => page.click('.chooser summary')) },
  {
    name: '3000-hover',
    size: 'desktop',
    dark: true,
    act: inOrder(rows, (page) => page.hover('.channel-gas', { position: { x: 620, y: 10 } })),
  },
  { name: '3000-help', size: 'desktop', act: press('?') },
  { name: 'no-node', size: 'desktop', path: `${network}/nodes/nobody`, act: message },
  { name: 'no-block', size: 'desktop', path: `${network}/blocks/0x12`, act: message },
  { name: 'no-network', size: 'desktop', dark: true, path: '/n/42', act: message },
  { name: 'no-page', size: 'desktop', path: '/what', act: message },
]

/** The past: charts, a moment, events. */
export const pastPictures = (now: number): readonly Picture[] => {
  const past = `${network}?at=${new Date(now - 19 * 3_600_000).toISOString()}`
  const history = `${network}/history`
  return [
    ...everyWay(
      'past-charts',
      history,
      inOrder(
        charts,
        (page) => page.waitForTimeout(300),
        (page) => page.hover('.chart-plot .u-over', { position: { x: 180, y: 40 } }),
      ),
    ),
    ...everyWay('past-network', past, rows),
    ...everyWay('past-node', past, inOrder(rows, follow('.cell-name a')), ['phone', 'desktop']),
    ...everyWay(
      'past-logs',
      `${network}/logs?at=${new Date(now - 19 * 3_600_000).toISOString()}`,
      shows('.log-table'),
      ['phone', 'desktop'],
    ),
    ...everyWay('past-events', `${network}/events`, shows('.events-table'), ['phone', 'desktop']),
    { name: 'past-charts-full', size: 'scroll', path: `${history}?range=24h`, act: charts },
    { name: 'past-charts-year', size: 'desktop', path: `${history}?range=1y`, act: charts },
    { name: 'past-charts-quarter-hour', size: 'desktop', path: `${history}?range=15m`, act: charts },
    {
      name: 'past-charts-table',
      size: 'desktop',
      path: `${history}?range=1h&metrics=nodes,propagation`,
      act: inOrder(charts, (page) => page.getByRole('button', { name: 'Table' }).click()),
    },
    { name: 'past-map', size: 'desktop', path: past.replace('?', '/map?'), act: place },
    {
      name: 'past-block',
      size: 'desktop',
      path: past,
      act: inOrder(rows, follow('.blocks-table tr:nth-child(3) a'), shows('.block-page')),
    },
    { name: 'past-wallmode', size: 'wall', dark: true, path: past.replace('?', '?wall&'), act: rows },
    { name: 'past-help', size: 'desktop', path: past, act: inOrder(shows('[aria-label="Time"] b'), press('?')) },
  ]
}

/** Logs and metrics, and the page of a node that sends them. */
export const recordedPictures: readonly Picture[] = [
  ...everyWay('recorded-logs', `${network}/logs`, shows('.log-row')),
  {
    name: 'recorded-logs-found',
    size: 'desktop',
    path: `${network}/logs?text=chain`,
    act: shows('.log-row'),
  },
  { name: 'recorded-logs-none', size: 'desktop', path: `${network}/logs?text=nowhere`, act: shows('.quiet-note') },
  ...everyWay(
    'recorded-metrics',
    `${network}/metrics?range=15m&node=agent-00018&node=agent-00019&metric=host.cpuShare&metric=statsd.rpc.duration_ms&metric=peers`,
    charts,
  ),
  { name: 'recorded-metrics-none', size: 'desktop', path: `${network}/metrics`, act: shows('.metrics-option') },
  ...everyWay('recorded-node', `${network}/nodes/agent-00019`, inOrder(charts, shows('.log-row'))),
  {
    name: 'recorded-node-full',
    size: 'scroll',
    path: `${network}/nodes/agent-00019`,
    act: inOrder(charts, shows('.log-row')),
  },
]

/** Nothing is known of this moment, which the console reports as a failed request. */
export const unknownMoments: readonly Picture[] = (['phone', 'desktop'] as const).map((size) => ({
  name: `past-unknown-${size}`,
  size,
  path: `${network}?at=2020-01-01T00:00:00Z`,
  act: message,
}))

/** The connection to the server is lost, which the console reports as well. */
export const disconnected: readonly Picture[] = [false, true].map((dark) => ({
  name: `disconnected-desktop-${dark ? 'dark' : 'light'}`,
  size: 'desktop',
  dark,
  act: inOrder(
    rows,
    (_, server) => server.stop(),
    shows('.link-bar.is-lost'),
    (page) => page.waitForTimeout(4000),
  ),
}))

/** The list of networks: `empty` before there is one. */
export const networkLists = (label: string): readonly Picture[] => [
  { name: `${label}-desktop-light`, size: 'desktop' },
  { name: `${label}-phone-dark`, size: 'phone', dark: true },
]

/** The health of the server, and the agents, as an admin sees them. */
export const adminPictures = (label: string): readonly Picture[] => {
  const table = shows('.agent-table')
  // Rates need a second answer.
  const server = inOrder(shows('.process-table'), (page) => page.waitForTimeout(2500))
  // All pictures are of one server, which adds an agent once.
  let added = 16
  const token = inOrder(
    table,
    (page) => page.fill('input[name=id]', `validator-${++added}`),
    (page) => page.fill('input[name=note]', 'Graz, new machine'),
    (page) => page.getByRole('button', { name: 'Add, with a token' }).click(),
    shows('.token-once'),
  )
  const revoke: Act = (page) =>
    page
      .getByRole('button', { name: /^revoke / })
      .first()
      .click()
  const own = `own-${label}`
  return [
    ...everyWay(`${own}-server`, '/server', server),
    { name: `${own}-server-full`, size: 'scroll', path: '/server', act: server },
    ...everyWay(`${own}-agents`, '/agents', shows('.delivery-table')),
    ...everyWay(`${own}-auth`, '/agents?view=auth', table),
    ...everyWay(`${own}-token`, '/agents?view=auth', token, ['phone', 'desktop']),
    { name: `${own}-sure`, size: 'desktop', path: '/agents?view=auth', act: inOrder(table, revoke) },
    {
      name: `${own}-user-menu`,
      size: 'desktop',
      act: inOrder(rows, (page) => page.locator('.user-menu summary').click()),
    },
    {
      name: `${own}-incomplete`,
      size: 'desktop',
      path: '/agents?incomplete=true',
      act: shows('.delivery-table, main .quiet-note'),
    },
  ]
}
