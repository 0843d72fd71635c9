import { defineConfig } from 'vite'

const target = process.env['NETSTATS_FEED'] ?? 'http://127.0.0.1:4100'

// The pages are served under `default-src 'none'; script-src 'self'; style-src 'self'`, so nothing may be inlined:
// no module-preload polyfill script, no styles in script, no small files as data URLs except images.
export default defineConfig({
  root: import.meta.dirname,
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    target: 'es2023',
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 400,
  },
  server: {
    // `npm run simulate` listens on 4100; a real server can take its place.
    proxy: { '/feed': { target, ws: true }, '/api': { target } },
  },
})
