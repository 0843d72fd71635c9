import { existsSync } from 'node:fs'
import { chromium } from 'playwright-core'
import type { Browser, Page } from 'playwright-core'

const places = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']

/** A page in real Chromium, with every complaint it made: console errors, failed requests, refused content. */
export interface BrowserPage extends AsyncDisposable {
  readonly page: Page
  readonly complaints: readonly string[]
  /** Hosts the page asked for anything, in order of first request. */
  readonly hosts: ReadonlySet<string>
}

export const openPage = async (
  url: string,
  options: {
    readonly width?: number
    readonly height?: number
    /** Takes certificates that nobody vouches for. */
    readonly anyCertificate?: boolean
  } = {},
): Promise<BrowserPage> => {
  const executablePath = process.env['CHROMIUM'] ?? places.find((path) => existsSync(path))
  if (!executablePath) throw new Error('no Chromium: install the Debian package chromium, or name a binary in CHROMIUM')
  const browser: Browser = await chromium.launch({
    executablePath,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-background-networking',
      '--disable-component-update',
      '--no-first-run',
    ],
  })
  const page = await browser.newPage({
    viewport: { width: options.width ?? 1440, height: options.height ?? 900 },
    ignoreHTTPSErrors: options.anyCertificate ?? false,
  })
  const complaints: string[] = []
  const hosts = new Set<string>()
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text())
  })
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('request', (request) => hosts.add(new URL(request.url()).host))
  page.on('websocket', (socket) => hosts.add(new URL(socket.url()).host))
  await page.goto(url)
  return { page, complaints, hosts, [Symbol.asyncDispose]: () => browser.close() }
}
