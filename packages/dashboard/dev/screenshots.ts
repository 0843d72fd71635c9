/**
 * Looks at every page: starts simulators on free ports, opens the built dashboard in Chromium and writes PNG files.
 * `node dev/screenshots.ts [--out DIR] [--only WORD] [--url URL]`; with a URL a running server is drawn instead of the
 * simulators. CHROMIUM names the browser. Ends with 1 if a page complained.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { parseArgs } from 'node:util'
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core'

const { values } = parseArgs({
  options: {
    out: { type: 'string', default: join(tmpdir(), 'netstats-shots') },
    only: { type: 'string', default: '' },
    url: { type: 'string' },
  },
})

interface Simulator {
  readonly url: string
  readonly stop: () => Promise<void>
}

async function startSimulator(...args: string[]): Promise<Simulator> {
  const child: ChildProcess = spawn(
    process.execPath,
    [join(import.meta.dirname, 'simulator.ts'), '--port', '0', ...args],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  )
  const url = await new Promise<string>((resolve, reject) => {
    child.once('exit', () => reject(new Error('The simulator ended before it listened.')))
    if (child.stdout) createInterface(child.stdout).once('line', resolve)
  })
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => resolve())
  })
  return {
    url,
    stop: () => {
      child.kill('SIGTERM')
      return ended
    },
  }
}

const sizes = {
  phone: [390, 844],
  tablet: [900, 1100],
  desk: [1440, 900],
  wall: [2560, 1440],
  scroll: [390, 2900],
} as const
type Size = keyof typeof sizes

interface Shot {
  readonly name: string
  readonly size: Size
  readonly dark?: boolean
  readonly path?: string
  /** What to do, and wait for, before the picture. */
  readonly act?: (page: Page, simulator: Simulator) => Promise<void>
}

const complaints: string[] = []

async function take(browser: Browser, simulator: Simulator, shot: Shot): Promise<void> {
  if (!shot.name.includes(values.only)) return
  const [width, height] = sizes[shot.size]
  const options: BrowserContextOptions = {
    viewport: { width, height },
    colorScheme: shot.dark ? 'dark' : 'light',
    deviceScaleFactor: shot.size === 'phone' ? 2 : 1,
    hasTouch: shot.size === 'phone',
  }
  await using context = await browser.newContext(options)
  const page = await context.newPage()
  page.on('console', (m) => {
    if (m.type() === 'error' || m.type() === 'warning') complaints.push(`${shot.name}: ${m.text()}`)
  })
  page.on('pageerror', (e) => complaints.push(`${shot.name}: ${e.message}`))
  page.on('request', (r) => {
    if (new URL(r.url()).host !== new URL(simulator.url).host) complaints.push(`${shot.name}: asked for ${r.url()}`)
  })
  await page.goto(new URL(shot.path ?? '/', simulator.url).href)
  await page.waitForSelector('main > :not(.quiet-note)')
  await shot.act?.(page, simulator)
  await page.waitForTimeout(700)
  await page.screenshot({ path: join(values.out, `${shot.name}.png`) })
  process.stdout.write(`${shot.name}\n`)
}

const rows = (page: Page): Promise<unknown> => page.waitForSelector('tr[data-node]')
const follow = (selector: string) => async (page: Page) => {
  await page.locator(selector).first().click()
  await page.waitForSelector('.page-head')
}
const network = '/n/1337'

/** Pictures of one network, small or large. */
const picturesOf = (label: string): readonly Shot[] => [
  ...(['phone', 'desk', 'wall'] as const).flatMap((size) =>
    [false, true].map(
      (dark): Shot => ({
        name: `${label}-${size}-${dark ? 'dark' : 'light'}`,
        size,
        dark,
        act: async (page) => void (await rows(page)),
      }),
    ),
  ),
  { name: `${label}-phone-full`, size: 'scroll', act: async (page) => void (await rows(page)) },
  {
    name: `${label}-wallmode`,
    size: 'wall',
    dark: true,
    path: `${network}?wall`,
    act: async (page) => void (await rows(page)),
  },
  {
    name: `${label}-wallmode-desk`,
    size: 'desk',
    path: `${network}?wall`,
    act: async (page) => void (await rows(page)),
  },
  { name: `${label}-block`, size: 'desk', act: follow('.blocks-table tr:nth-child(3) a') },
  { name: `${label}-block-phone`, size: 'phone', dark: true, act: follow('.blocks-table tr:nth-child(3) a') },
  { name: `${label}-node`, size: 'desk', dark: true, act: follow('.cell-name a') },
  { name: `${label}-node-phone`, size: 'phone', act: follow('.cell-name a') },
]

const large: readonly Shot[] = [
  { name: '3000-tablet', size: 'tablet', act: async (page) => void (await rows(page)) },
  {
    name: '3000-map',
    size: 'desk',
    path: `${network}/map`,
    act: async (page) => void (await page.waitForSelector('.place')),
  },
  {
    name: '3000-scrolled',
    size: 'desk',
    dark: true,
    act: async (page) => {
      await rows(page)
      await page.evaluate(() => window.scrollTo(0, 30_000))
    },
  },
  { name: '3000-filter', size: 'desk', path: `${network}?q=state:inactive&sort=-stateSince`, act: scrollToNodes },
  {
    name: '3000-pinned',
    size: 'desk',
    act: async (page) => {
      await rows(page)
      for (const key of ['j', 'p', 'j', 'j', 'j', 'p', 'k']) await page.keyboard.press(key)
      await scrollToNodes(page)
    },
  },
  {
    name: '3000-columns',
    size: 'desk',
    act: async (page) => (await scrollToNodes(page), page.click('.chooser summary')),
  },
  {
    name: '3000-hover',
    size: 'desk',
    dark: true,
    act: async (page) => {
      await rows(page)
      await page.hover('.channel-gas', { position: { x: 620, y: 10 } })
    },
  },
  { name: '3000-help', size: 'desk', act: async (page) => page.keyboard.press('?') },
  {
    name: 'no-node',
    size: 'desk',
    path: `${network}/nodes/nobody`,
    act: async (page) => void (await page.waitForSelector('.message')),
  },
  {
    name: 'no-block',
    size: 'desk',
    path: `${network}/blocks/0x12`,
    act: async (page) => void (await page.waitForSelector('.message')),
  },
  {
    name: 'no-network',
    size: 'desk',
    dark: true,
    path: '/n/42',
    act: async (page) => void (await page.waitForSelector('.message')),
  },
  { name: 'no-page', size: 'desk', path: '/what', act: async (page) => void (await page.waitForSelector('.message')) },
]

const charts = (page: Page): Promise<unknown> => page.waitForSelector('.chart-plot canvas')
const moment = '[aria-label="Time"] b'

/** Pictures of what was: charts, a past moment, events, and what stands in their place. */
function pastPictures(now: number): readonly Shot[] {
  const at = new Date(now - 19 * 3_600_000).toISOString()
  const every = (name: string, path: string, act: Shot['act'], sizes: readonly Size[] = ['phone', 'desk', 'wall']) =>
    sizes.flatMap((size) =>
      [false, true].map(
        (dark): Shot => ({
          name: `past-${name}-${size}-${dark ? 'dark' : 'light'}`,
          size,
          dark,
          path,
          ...(act && { act }),
        }),
      ),
    )
  const node = async (page: Page): Promise<void> => {
    await rows(page)
    await page.locator('.cell-name a').first().click()
    await page.waitForSelector('.page-head')
  }
  return [
    ...every('charts', `${network}/history`, async (page) => {
      await charts(page)
      await page.waitForTimeout(300)
      await page.hover('.chart-plot .u-over', { position: { x: 180, y: 40 } })
    }),
    ...every('network', `${network}?at=${at}`, async (page) => void (await rows(page))),
    ...every('node', `${network}?at=${at}`, node, ['phone', 'desk']),
    ...every('events', `${network}/events`, async (page) => void (await page.waitForSelector('.events-table')), [
      'phone',
      'desk',
    ]),
    {
      name: 'past-charts-full',
      size: 'scroll',
      path: `${network}/history?range=24h`,
      act: async (page) => void (await charts(page)),
    },
    {
      name: 'past-charts-year',
      size: 'desk',
      path: `${network}/history?range=1y`,
      act: async (page) => void (await charts(page)),
    },
    {
      name: 'past-charts-quarter-hour',
      size: 'desk',
      path: `${network}/history?range=15m`,
      act: async (page) => void (await charts(page)),
    },
    {
      name: 'past-charts-table',
      size: 'desk',
      path: `${network}/history?range=1h&metrics=nodes,propagation`,
      act: async (page) => {
        await charts(page)
        await page.getByRole('button', { name: 'Table' }).click()
      },
    },
    {
      name: 'past-map',
      size: 'desk',
      path: `${network}/map?at=${at}`,
      act: async (page) => void (await page.waitForSelector('.place')),
    },
    {
      name: 'past-block',
      size: 'desk',
      path: `${network}?at=${at}`,
      act: async (page) => {
        await rows(page)
        await page.locator('.blocks-table tr:nth-child(3) a').click()
        await page.waitForSelector('.block-page')
      },
    },
    {
      name: 'past-wallmode',
      size: 'wall',
      dark: true,
      path: `${network}?wall&at=${at}`,
      act: async (page) => void (await rows(page)),
    },
    {
      name: 'past-help',
      size: 'desk',
      path: `${network}?at=${at}`,
      act: async (page) => (await page.waitForSelector(moment), page.keyboard.press('?')),
    },
  ]
}

/** Nothing is known of the moment, which the console tells as a failed request. */
const unknownMoments = (['phone', 'desk'] as const).map(
  (size): Shot => ({
    name: `past-unknown-${size}`,
    size,
    path: `${network}?at=2020-01-01T00:00:00Z`,
    act: async (page) => void (await page.waitForSelector('.message')),
  }),
)

/** The server's own health and the agents, as an admin sees them. */
function ownPictures(label: string): readonly Shot[] {
  const every = (name: string, path: string, act: Shot['act'], sizes: readonly Size[] = ['phone', 'desk', 'wall']) =>
    sizes.flatMap((size) =>
      [false, true].map(
        (dark): Shot => ({
          name: `own-${label}-${name}-${size}-${dark ? 'dark' : 'light'}`,
          size,
          dark,
          path,
          ...(act && { act }),
        }),
      ),
    )
  const serverPage: Shot['act'] = async (page) => {
    await page.waitForSelector('.process-table')
    // Rates need a second answer.
    await page.waitForTimeout(2500)
  }
  // All pictures are of one simulator, which adds an agent once.
  let added = 16
  const token: Shot['act'] = async (page) => {
    await page.waitForSelector('.agent-table')
    await page.fill('input[name=id]', `validator-${++added}`)
    await page.fill('input[name=note]', 'Graz, new machine')
    await page.getByRole('button', { name: 'Add, with a token' }).click()
    await page.waitForSelector('.token-once')
  }
  return [
    ...every('server', '/server', serverPage),
    { name: `own-${label}-server-full`, size: 'scroll', path: '/server', act: serverPage },
    ...every('agents', '/agents', async (page) => void (await page.waitForSelector('.delivery-table'))),
    ...every('access', '/agents?view=access', async (page) => void (await page.waitForSelector('.agent-table'))),
    ...every('token', '/agents?view=access', token, ['phone', 'desk']),
    {
      name: `own-${label}-sure`,
      size: 'desk',
      path: '/agents?view=access',
      act: async (page) => {
        await page.waitForSelector('.agent-table')
        await page
          .getByRole('button', { name: /^revoke / })
          .first()
          .click()
      },
    },
    {
      name: `own-${label}-user-menu`,
      size: 'desk',
      act: async (page) => {
        await rows(page)
        await page.locator('.user-menu summary').click()
      },
    },
    {
      name: `own-${label}-incomplete`,
      size: 'desk',
      path: '/agents?incomplete=true',
      act: async (page) => void (await page.waitForSelector('.delivery-table')),
    },
  ]
}

async function scrollToNodes(page: Page): Promise<void> {
  await rows(page)
  await page.locator('.nodes').evaluate((e) => e.scrollIntoView())
}

mkdirSync(values.out, { recursive: true })
const browser = await chromium.launch({
  executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--no-first-run'],
})

async function scene(args: readonly string[], shots: readonly Shot[]): Promise<void> {
  if (!shots.some((s) => s.name.includes(values.only))) return
  const simulator = await startSimulator(...args)
  try {
    for (const shot of shots) await take(browser, simulator, shot)
  } finally {
    await simulator.stop()
  }
}

async function everyScene(): Promise<void> {
  await scene(['--nodes', '3', '--sealers', '3'], picturesOf('3'))
  await scene(['--nodes', '3000', '--sealers', '7'], [...picturesOf('3000'), ...large])
  await scene(['--nodes', '400', '--sealers', '6'], pastPictures(Date.now()))
  await scene(['--nodes', '40', '--user', 'admin'], ownPictures('well'))
  await scene(['--nodes', '3000', '--user', 'admin', '--troubled'], ownPictures('troubled'))
  await scene(
    ['--networks', '0'],
    [
      { name: 'empty-desk-light', size: 'desk' },
      { name: 'empty-phone-dark', size: 'phone', dark: true },
    ],
  )
  await scene(
    ['--networks', '4', '--nodes', '40'],
    [
      { name: 'networks-desk-light', size: 'desk' },
      { name: 'networks-phone-dark', size: 'phone', dark: true },
    ],
  )
  // Losing the server is told by the console as a failed connection, which is what these pictures are about.
  const before = complaints.length
  for (const dark of [false, true]) {
    await scene(
      ['--nodes', '60'],
      [
        {
          name: `disconnected-desk-${dark ? 'dark' : 'light'}`,
          size: 'desk',
          dark,
          act: async (page, simulator) => {
            await rows(page)
            await simulator.stop()
            await page.waitForSelector('.link-bar.is-lost')
            await page.waitForTimeout(4000)
          },
        },
      ],
    )
  }
  await scene(['--nodes', '3'], unknownMoments)
  complaints.length = before
}

if (values.url === undefined) await everyScene()
else {
  const server: Simulator = { url: values.url, stop: async () => {} }
  for (const shot of picturesOf('live'))
    await take(browser, server, { ...shot, path: '/' + (shot.path?.split('?')[1] ? '?wall' : '') })
}
await browser.close()
process.stdout.write(complaints.length === 0 ? 'no complaints\n' : `${complaints.join('\n')}\n`)
process.exitCode = complaints.length === 0 ? 0 : 1
