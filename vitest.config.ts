import { join } from 'node:path'
import { defineConfig } from 'vitest/config'

// Threads of the store that tests open keep what Node makes of their TypeScript. Without that each of them brings up the
// type stripper, a WebAssembly module, and after some dozens of those in one process V8 stops it:
// `Check failed: jit_page.has_value()` (nodejs/node issue 64500).
const env = { NODE_COMPILE_CACHE: join(import.meta.dirname, 'node_modules', '.cache', 'netstats') }

// Three projects: `unit` beside the code, `e2e` with real processes and peers, `browser` in real Chromium.
// e2e runs one file at a time: it owns CPU-heavy processes and the machine is small. browser waits more than it works.
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['packages/*/src/**/*.test.{ts,tsx}', 'bench/src/**/*.test.ts', 'scripts/**/*.test.ts'],
          testTimeout: 30_000,
          env,
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['e2e/src/**/*.test.ts'],
          testTimeout: 120_000,
          env,
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      },
      {
        test: {
          name: 'geth',
          include: ['e2e/geth/**/*.test.ts'],
          testTimeout: 120_000,
          env,
          fileParallelism: false,
        },
      },
      {
        test: {
          name: 'browser',
          include: ['e2e/browser/**/*.test.ts'],
          testTimeout: 180_000,
          env,
          hookTimeout: 120_000,
          maxWorkers: 2,
        },
      },
    ],
  },
})
