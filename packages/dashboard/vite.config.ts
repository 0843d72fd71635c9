import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import { defineConfig } from 'vite'
import type { Plugin } from 'vite'

const target = process.env['NETSTATS_FEED'] ?? 'http://127.0.0.1:4100'

/** Leaves compressed twins beside what is worth it: the server has them at hand then, packed as tightly as it goes. */
const compressed = (): Plugin => ({
  name: 'netstats-compressed',
  apply: 'build',
  closeBundle() {
    const folder = join(import.meta.dirname, 'dist')
    for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
      if (!/\.(?:js|css|svg|json)$/.test(name)) continue
      const bytes = readFileSync(join(folder, name))
      if (bytes.length < 1000) continue
      writeFileSync(join(folder, `${name}.br`), brotliCompressSync(bytes))
      writeFileSync(join(folder, `${name}.gz`), gzipSync(bytes, { level: 9 }))
    }
  },
})

// The pages are served under `default-src 'none'; script-src 'self'; style-src 'self'`, so nothing may be inlined:
// no module-preload polyfill script, no styles in script, no small files as data URLs except images.
export default defineConfig({
  root: import.meta.dirname,
  // Relative, so that the pages work below any prefix; the server puts the way to the root before what index.html names.
  base: './',
  plugins: [compressed()],
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    target: 'es2023',
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 400,
  },
  server: {
    // `npm run showcase` listens on 4100; another server can take its place.
    proxy: { '/feed': { target, ws: true }, '/api': { target } },
  },
})
