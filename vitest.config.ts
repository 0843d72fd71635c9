import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { defineConfig } from 'vitest/config'

// Threads of the store that tests open keep what Node makes of their TypeScript. Without that each of them brings up the
// type stripper, a WebAssembly module, and after some dozens of those in one process V8 stops it:
// `Check failed: jit_page.has_value()` (nodejs/node issue 64500).
const env = { NODE_COMPILE_CACHE: join(import.meta.dirname, 'node_modules', '.cache', 'netstats') }

// Only ends what hangs: on a machine that is busy with other things the slowest take minutes.
const hang = { testTimeout: 300_000, hookTimeout: 300_000 }

// A file of `unit` leaves a third of its core idle, one of `e2e` three quarters: they wait for processes, connections and
// intervals. One worker more than there are cores keeps a small machine busy and delays nothing by much.
const workers = availableParallelism() + 1
// They fill the machine and measure how it answers meanwhile.
const pressure = ['e2e/src/hostile.test.ts', 'e2e/src/overload.test.ts']

// Projects: `unit` beside the code; `e2e` with real processes and peers; `pressure`, of these the ones that fill the
// machine, a file at a time and nothing beside them; `geth` with the real one; `peers` with real monitoring programs;
// `browser` in real Chromium.
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: [
            'packages/*/src/**/*.test.{ts,tsx}',
            'plugins/*/src/**/*.test.ts',
            'bench/src/**/*.test.ts',
            'scripts/**/*.test.ts',
          ],
          ...hang,
          env,
          maxWorkers: workers,
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['e2e/src/**/*.test.ts'],
          exclude: pressure,
          ...hang,
          env,
          maxWorkers: Math.min(4, workers),
          // Projects with different numbers of workers can only be run together one after the other.
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          name: 'pressure',
          include: pressure,
          ...hang,
          env,
          fileParallelism: false,
        },
      },
      {
        test: {
          name: 'geth',
          include: ['e2e/geth/**/*.test.ts'],
          ...hang,
          env,
          fileParallelism: false,
        },
      },
      {
        test: {
          name: 'peers',
          include: ['e2e/peers/**/*.test.ts'],
          ...hang,
          env,
          maxWorkers: 2,
          sequence: { groupOrder: 2 },
        },
      },
      {
        test: {
          name: 'browser',
          include: ['e2e/browser/**/*.test.ts'],
          ...hang,
          env,
          // A page that is drawn without a graphics card fills half a core.
          maxWorkers: 2,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
})
