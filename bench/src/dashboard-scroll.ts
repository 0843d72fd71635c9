/**
 * `npm run bench:dashboard -- --nodes 30000` (after `npm run build`)
 *
 * Headless Chromium on the dashboard of a server with N nodes (synthetic-fleet.ts) while blocks come every 5 s: the table is
 * scrolled from top to bottom, sorted by several columns and filtered. Prints, for each, the longest tasks of the main
 * thread by their CPU time (tracing; it is the page's own, whatever else the machine does), those that took longer than
 * 50 ms by the clock (PerformanceObserver `longtask`), the time between frames, and in the end what the page holds.
 */
import { fork } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { chromium } from 'playwright-core'
import type { CDPSession, Page } from 'playwright-core'
import { networkId } from './fleet-nodes.ts'

const { values } = parseArgs({
  options: {
    nodes: { type: 'string', default: '30000' },
    placed: { type: 'string', default: '0' },
    width: { type: 'string', default: '1440' },
    height: { type: 'string', default: '900' },
    /** Of each part. */
    seconds: { type: 'string', default: '12' },
    /** Shows where the time of the longest tasks went. */
    detail: { type: 'boolean', default: false },
  },
})
const seconds = Number(values.seconds)

interface TraceEvent {
  readonly name: string
  readonly ph: string
  readonly ts: number
  readonly dur?: number
  readonly tdur?: number
  readonly pid: number
  readonly tid: number
  readonly args?: Readonly<Record<string, unknown>>
}

/** The outermost of a task; others of a similar name are inside of it. */
const taskName = 'ThreadControllerImpl::RunTask'

const isMainThreadOf = (events: readonly TraceEvent[]): ((event: TraceEvent) => boolean) => {
  // The page's renderer is the one that ran the most; others are there for nothing.
  const busy = new Map<string, number>()
  const names = new Map<string, string>()
  for (const { name, args, pid, tid } of events)
    if (name === 'thread_name') names.set(`${pid} ${tid}`, String(args?.['name']))
  for (const { pid, tid, dur = 0, name } of events)
    if (name === taskName) busy.set(`${pid} ${tid}`, (busy.get(`${pid} ${tid}`) ?? 0) + dur)
  const [main] = [...busy].filter(([key]) => names.get(key) === 'CrRendererMain').sort((a, b) => b[1] - a[1])
  return ({ pid, tid }) => `${pid} ${tid}` === main?.[0]
}

interface Tasks {
  readonly longest: readonly number[]
  readonly busyShare: number
}

const traced = async (session: CDPSession, run: () => Promise<void>): Promise<Tasks> => {
  const events: TraceEvent[] = []
  const collect = ({ value }: { readonly value: object[] }): void => void events.push(...(value as TraceEvent[]))
  session.on('Tracing.dataCollected', collect)
  const categories = ['toplevel', '__metadata', 'disabled-by-default-devtools.timeline', 'devtools.timeline']
  await session.send('Tracing.start', { transferMode: 'ReportEvents', categories: categories.join() } as never)
  const from = performance.now()
  await run()
  const ms = performance.now() - from
  const done = new Promise((resolve) => session.once('Tracing.tracingComplete', resolve))
  await session.send('Tracing.end')
  await done
  session.off('Tracing.dataCollected', collect)
  const isMain = isMainThreadOf(events)
  const mine = events.filter((event) => isMain(event) && event.ph === 'X')
  const tasks = mine.filter(({ name }) => name === taskName).sort((a, b) => (b.tdur ?? 0) - (a.tdur ?? 0))
  if (values.detail) for (const task of tasks.slice(0, 4)) tell(task, mine)
  return {
    longest: tasks.slice(0, 5).map(({ tdur = 0 }) => tdur / 1000),
    busyShare: tasks.reduce((sum, { tdur = 0 }) => sum + tdur / 1000, 0) / ms,
  }
}

const tell = (task: TraceEvent, all: readonly TraceEvent[]): void => {
  const inside = all.filter(
    (e) => e !== task && e.ts >= task.ts && e.ts + (e.dur ?? 0) <= task.ts + (task.dur ?? 0) && (e.tdur ?? 0) > 1500,
  )
  const parts = inside.map(({ name, tdur = 0, args }) => {
    const data = (args?.['data'] ?? {}) as Readonly<Record<string, unknown>>
    return `${name} ${(tdur / 1000).toFixed(0)} ${JSON.stringify(data['functionName'] ?? data['type'] ?? '')}`
  })
  process.stderr.write(
    `    ${((task.dur ?? 0) / 1000).toFixed(0)} ms wall, ${((task.tdur ?? 0) / 1000).toFixed(0)} ms CPU: ${parts.join(', ')}\n`,
  )
}

/** In the page: long tasks, and the time between frames. */
const watcher = `
  globalThis.seen = { long: [], frames: [] }
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) seen.long.push(entry.duration)
  }).observe({ entryTypes: ['longtask'] })
  let last = performance.now()
  requestAnimationFrame(function frame(now) {
    seen.frames.push(now - last)
    last = now
    requestAnimationFrame(frame)
  })`

const take = (page: Page): Promise<{ readonly long: number[]; readonly frames: number[] }> =>
  page.evaluate('(() => { const taken = seen; globalThis.seen = { long: [], frames: [] }; return taken })()')

const until = async (what: string, ask: () => Promise<boolean>): Promise<number> => {
  const from = performance.now()
  while (!(await ask())) {
    if (performance.now() - from > 30_000) throw new Error(`${what}: not within 30 s`)
    await pause(20)
  }
  return performance.now() - from
}

const executablePath = process.env['CHROMIUM'] ?? ['/usr/bin/chromium', '/usr/bin/google-chrome'].find(existsSync)
const onCore = process.platform === 'linux' ? { execPath: 'taskset', execArgv: ['-c', '0', process.execPath] } : {}
const server = fork(
  join(import.meta.dirname, 'fleet-server.ts'),
  ['--nodes', values.nodes, '--placed', values.placed],
  { stdio: ['ignore', 'ignore', 'inherit', 'ipc'], ...onCore },
)
const { url } = await new Promise<{ url: string }>((resolve) => server.once('message', resolve as never))
const browser = await chromium.launch({
  ...(executablePath !== undefined && { executablePath }),
  args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--no-first-run'],
})
const page = await browser.newPage({ viewport: { width: Number(values.width), height: Number(values.height) } })
await page.goto(`${url}/n/${networkId}`)
await page.locator('tr[data-node]').first().waitFor()
await pause(8000)
const session = await page.context().newCDPSession(page)
await page.evaluate(watcher)

const rows: string[] = []
const measure = async (name: string, run: () => Promise<string>): Promise<void> => {
  await take(page)
  let note = ''
  const { longest, busyShare } = await traced(session, async () => {
    note = await run()
  })
  const { long, frames } = await take(page)
  const sorted = frames.toSorted((a, b) => a - b)
  const at = (p: number): string => (sorted[Math.floor((sorted.length - 1) * p)] ?? 0).toFixed(0)
  rows.push(
    `| ${[name, longest.map((ms) => ms.toFixed(0)).join(', '), long.length, Math.max(0, ...long).toFixed(0), at(0.5), at(0.99), at(1), `${(busyShare * 100).toFixed(0)} %`, note].join(' | ')} |`,
  )
  process.stderr.write(`${rows.at(-1)}\n`)
}

const firstRow = (): Promise<string | null> =>
  page.evaluate(`document.querySelector('tbody:not(.pinned) tr[data-node]')?.getAttribute('data-node') ?? null`)
const click = async (title: string): Promise<string> => {
  const times: number[] = []
  for (let i = 0; i < 2; i++) {
    const before = await firstRow()
    await page.locator('.node-table th button', { hasText: title }).first().click()
    times.push(await until(`sorted by ${title}`, async () => (await firstRow()) !== before))
    await pause((seconds * 1000) / 4)
  }
  return `shown after ${times.map((ms) => ms.toFixed(0)).join(', ')} ms`
}

await measure('at rest', async () => {
  await pause(seconds * 1000)
  return ''
})
await measure('scroll, as a hand does', async () => {
  await page.mouse.move(600, 600)
  const end = performance.now() + seconds * 1000
  while (performance.now() < end) {
    await page.mouse.wheel(0, 300)
    await pause(30)
  }
  return `to ${await page.evaluate<number>('Math.round(scrollY)')} px`
})
await measure('scroll in leaps, as a dragged bar does', async () => {
  const height = await page.evaluate<number>('document.documentElement.scrollHeight')
  const leaps = Math.round(seconds * 10)
  for (let i = 0; i < leaps; i++) {
    await page.evaluate(`scrollTo(0, ${((i * 7919) % leaps) * (height / leaps)})`)
    await pause(100)
  }
  await page.evaluate('scrollTo(0, 0)')
  return `over ${height} px`
})
for (const title of ['Behind', 'Delay', 'Peers', 'Latency', 'Name'])
  await measure(`sort by ${title}`, () => click(title))
await measure('filter', async () => {
  const times: number[] = []
  for (const text of ['besu', 'agent-123', 'latency:>80', '']) {
    const before = await page.locator('.table-tools h2').textContent()
    await page.locator('.filter input').fill(text)
    times.push(
      await until(`filtered by ${text}`, async () => (await page.locator('.table-tools h2').textContent()) !== before),
    )
    await pause((seconds * 1000) / 6)
  }
  return `shown after ${times.map((ms) => ms.toFixed(0)).join(', ')} ms`
})

const heap = await session.send('Runtime.getHeapUsage')
const count = (selector: string): Promise<number> => page.locator(selector).count()
const dom = { rows: await count('tr[data-node]'), all: await count('*') }
process.stdout.write(
  `${values.nodes} nodes, ${values.width} px\n\n` +
    '| | longest tasks, CPU ms | over 50 ms by the clock | longest of these | frame p50 ms | p99 | max | main thread | |\n|---|---|--:|--:|--:|--:|--:|--:|---|\n' +
    `${rows.join('\n')}\n\nrows in the page ${dom.rows}, elements ${dom.all}, heap ${(heap.usedSize / 1024 / 1024).toFixed(1)} MiB\n`,
)
await browser.close()
server.kill('SIGTERM')
server.disconnect()
