/**
 * Looks at every page: starts servers with networks (bench/src/showcase.ts), opens the built dashboard in Chromium and
 * writes PNG files. `node dev/screenshots.ts [--out DIR] [--only WORD] [--url URL]`; with a URL a running server is drawn
 * instead. CHROMIUM names the browser. Ends with 1 if a page complained.
 */
import { fork } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { parseArgs } from 'node:util'
import { type Browser, chromium } from 'playwright-core'
import {
  adminPictures,
  disconnected,
  largePictures,
  networkLists,
  pastPictures,
  type Picture,
  type PictureServer,
  picturesOf,
  recordedPictures,
  sizes,
  unknownMoments,
} from './pictures.ts'

const { values } = parseArgs({
  options: {
    out: { type: 'string', default: join(tmpdir(), 'netstats-shots') },
    only: { type: 'string', default: '' },
    url: { type: 'string' },
  },
})
/** The one that showcase.ts adds with `--admin`. */
const admin = { name: 'admin', password: 'showcase-password' }

interface Scene {
  /** How showcase.ts is started. */
  readonly args: readonly string[]
  readonly pictures: readonly Picture[]
  /** Its pages complain of what the pictures are about. */
  readonly complains?: boolean
}

const scenes: readonly Scene[] = [
  { args: ['--nodes', '3', '--sealers', '3'], pictures: picturesOf('3') },
  { args: ['--nodes', '3000', '--sealers', '7'], pictures: [...picturesOf('3000'), ...largePictures] },
  { args: ['--nodes', '60', '--sealers', '5', '--past', '24'], pictures: pastPictures(Date.now()) },
  { args: ['--nodes', '40', '--admin'], pictures: adminPictures('well') },
  { args: ['--nodes', '600', '--admin', '--troubled'], pictures: adminPictures('troubled') },
  { args: ['--nodes', '20'], pictures: recordedPictures },
  { args: ['--networks', '0'], pictures: networkLists('empty') },
  { args: ['--networks', '4', '--nodes', '40'], pictures: networkLists('networks') },
  ...disconnected.map((picture) => ({ args: ['--nodes', '60'], pictures: [picture], complains: true })),
  { args: ['--nodes', '3'], pictures: unknownMoments, complains: true },
]

const startServer = async (args: readonly string[]): Promise<PictureServer> => {
  const file = join(import.meta.dirname, '../../../bench/src/showcase.ts')
  const child = fork(file, args, { stdio: ['ignore', 'pipe', 'inherit', 'ipc'] })
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const url = await new Promise<string>((resolve, reject) => {
    child.once('exit', () => reject(new Error('The server ended before it listened.')))
    if (child.stdout) createInterface(child.stdout).once('line', resolve)
  })
  return {
    url,
    stop: () => {
      child.kill('SIGTERM')
      return ended
    },
  }
}

/** Takes one picture, and gives what the page complained of. */
const take = async (
  browser: Browser,
  server: PictureServer,
  { name, size, dark, path = '/', act }: Picture,
  asAdmin: boolean,
): Promise<readonly string[]> => {
  const [width, height] = sizes[size]
  await using context = await browser.newContext({
    viewport: { width, height },
    colorScheme: dark ? 'dark' : 'light',
    deviceScaleFactor: size === 'phone' ? 2 : 1,
    hasTouch: size === 'phone',
  })
  if (asAdmin) await context.request.post(new URL('/api/v1/session', server.url).href, { data: admin })
  const page = await context.newPage()
  const complaints: string[] = []
  page.on('console', (m) => {
    if (m.type() === 'error' || m.type() === 'warning') complaints.push(`${name}: ${m.text()}`)
  })
  page.on('pageerror', (e) => complaints.push(`${name}: ${e.message}`))
  page.on('request', (r) => {
    if (new URL(r.url()).host !== new URL(server.url).host) complaints.push(`${name}: asked for ${r.url()}`)
  })
  await page.goto(new URL(path, server.url).href)
  await page.waitForSelector('main > :not(.quiet-note)')
  await act?.(page, server)
  await page.waitForTimeout(700)
  await page.screenshot({ path: join(values.out, `${name}.png`) })
  process.stdout.write(`${name}\n`)
  return complaints
}

mkdirSync(values.out, { recursive: true })
await using browser = await chromium.launch({
  executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--no-first-run'],
})
const complaints: string[] = []
if (values.url === undefined) {
  for (const { args, pictures, complains = false } of scenes) {
    const wanted = pictures.filter(({ name }) => name.includes(values.only))
    if (wanted.length === 0) continue
    const server = await startServer(args)
    try {
      for (const picture of wanted) {
        const told = await take(browser, server, picture, args.includes('--admin'))
        if (!complains) complaints.push(...told)
      }
    } finally {
      await server.stop()
    }
  }
} else {
  const server: PictureServer = { url: values.url, stop: async () => {} }
  for (const picture of picturesOf('live')) {
    const path = picture.path?.includes('?wall') ? '/?wall' : '/'
    complaints.push(...(await take(browser, server, { ...picture, path }, false)))
  }
}
process.stdout.write(complaints.length === 0 ? 'no complaints\n' : `${complaints.join('\n')}\n`)
process.exitCode = complaints.length === 0 ? 0 : 1
