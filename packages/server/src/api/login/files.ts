/** The page to log in with: three small files of their own, so that nothing else need be open to those who have not. */

export const loginPath = '/login'

// Within the page: one more file would have to be open to everybody, and without one browsers ask for `/favicon.ico`.
const mark = `data:image/svg+xml,${encodeURIComponent(
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="-3 -3 24 22"><path fill="#0d1315" d="M-3-3H21V19H-3Z"/>' +
    '<path d="M0 10H6V16H0Z" fill="#7cc8e0"/>' +
    '<path d="M0 6H6L10 10V16M0 1.2H8L14.8 8V16" fill="none" stroke="#e6eae8" stroke-width="2"/></svg>',
)}`

const html = (root: string): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Log in · Netstats</title>
<link rel="icon" type="image/svg+xml" href="${mark}">
<link rel="stylesheet" href="${root}login.css">
<script type="module" src="${root}login.js" blocking="render"></script>
</head>
<body>
<main>
<h1><svg viewBox="0 0 18 16" aria-hidden="true"><path class="block" d="M0 10H6V16H0Z"/><path d="M0 6H6L10 10V16M0 1.2H8L14.8 8V16"/></svg>Netstats</h1>
<form id="login" method="post" novalidate>
<label for="name">Name</label>
<input id="name" name="name" autocomplete="username" autocapitalize="none" spellcheck="false" required autofocus>
<label for="password">Password</label>
<input id="password" name="password" type="password" autocomplete="current-password" required>
<p id="said" role="alert"></p>
<button id="go" type="submit">Log in</button>
</form>
<noscript><p>Logging in needs JavaScript.</p></noscript>
<p class="aside">Users are made on the server, with <code>netstats users add</code>.</p>
</main>
</body>
</html>
`

// The dashboard's tones (packages/dashboard/src/styles/tokens.css), as far as they are needed here.
const css = `:root {
  color-scheme: light dark;
  --ground: light-dark(#f1eee5, #0c1214);
  --raised: light-dark(#f9f7f1, #131b1e);
  --edge: light-dark(#8a8676, #5c6b6e);
  --ink: light-dark(#15201f, #e6eae8);
  --ink-3: light-dark(#56605c, #8d9b99);
  --signal: light-dark(#005d83, #7cc8e0);
  --bad: light-dark(#a5260f, #ff8b73);
  background: var(--ground);
  color: var(--ink);
  font: 16px/1.4 -apple-system, "Segoe UI Variable Text", "Segoe UI", Roboto, "Noto Sans", "DejaVu Sans Condensed", sans-serif;
}
:root[data-theme="light"] { color-scheme: light; }
:root[data-theme="dark"] { color-scheme: dark; }
@media (min-width: 2400px) { :root { font-size: 20px; } }
body { display: grid; place-items: center; min-height: 88vh; margin: 0; }
main { width: min(20rem, 88vw); }
h1 { display: flex; align-items: center; gap: 0.7rem; margin: 0 0 1.4rem; font-size: 1.4rem; font-weight: 600; }
svg { height: 1.35rem; overflow: visible; }
path { fill: none; stroke: currentColor; stroke-width: 1.8; }
.block { fill: var(--signal); stroke: none; }
label { display: block; margin: 0.9rem 0 0.25rem; font-size: 0.9rem; color: var(--ink-3); }
input, button { box-sizing: border-box; width: 100%; height: 2.6rem; padding: 0 0.7rem; border: 1px solid var(--edge); border-radius: 0; font: inherit; color: inherit; }
input { background: var(--raised); }
button { background: var(--ink); border-color: var(--ink); color: var(--ground); cursor: pointer; }
button:disabled { opacity: 0.5; cursor: default; }
:focus-visible { outline: 2px solid var(--signal); outline-offset: 2px; }
#said { min-height: 1.4em; margin: 0.8rem 0; color: var(--bad); }
.aside code { white-space: nowrap; }
.aside { margin: 2rem 0 0; font-size: 0.9rem; color: var(--ink-3); }
`

// Only a path of this server is gone to: an address of another one would make this page a way to send people there.
const js = `try {
  // As it was chosen on the dashboard.
  const theme = localStorage.getItem('netstats.theme')
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme
} catch {}

const form = document.getElementById('login')
const said = document.getElementById('said')
const go = document.getElementById('go')

// The server may live below a prefix, which the path in next does not name.
const root = location.pathname.replace(new RegExp('login/?$'), '')

const target = () => {
  const wanted = new URLSearchParams(location.search).get('next') ?? '/'
  try {
    const url = new URL(wanted, location.origin)
    if (url.protocol !== location.protocol || url.origin !== location.origin) return root
    // With the origin before it: a path that begins with two slashes, as that of "/.//name/" does, is an address of another.
    return location.origin + root + url.pathname.slice(1) + url.search + url.hash
  } catch {
    return root
  }
}

form.addEventListener('submit', async (event) => {
  event.preventDefault()
  said.textContent = ''
  go.disabled = true
  try {
    const answer = await fetch(root + 'api/v1/session', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ name: form.elements.name.value, password: form.elements.password.value }),
    })
    if (answer.ok) return location.replace(target())
    const { title, detail } = await answer.json()
    said.textContent = title + '. ' + detail
  } catch {
    said.textContent = 'The server cannot be reached.'
  }
  form.elements.password.value = ''
  go.disabled = false
})
`

interface LoginFile {
  readonly type: string
  /** What a browser gets that has to go this way to the root of the server. */
  readonly text: (root: string) => string
}

export const loginFiles: Readonly<Record<string, LoginFile>> = {
  [loginPath]: { type: 'text/html; charset=utf-8', text: html },
  '/login.css': { type: 'text/css; charset=utf-8', text: () => css },
  '/login.js': { type: 'text/javascript; charset=utf-8', text: () => js },
}
