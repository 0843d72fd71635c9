/** The page to log in with: three small files of their own, so that nothing else need be open to those who have not. */

export const loginPath = '/login'

const html = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Log in · Netstats</title>
<link rel="stylesheet" href="/login.css">
<script type="module" src="/login.js"></script>
</head>
<body>
<main>
<h1>Netstats</h1>
<form id="login" method="post" novalidate>
<label for="name">Name</label>
<input id="name" name="name" autocomplete="username" autocapitalize="none" spellcheck="false" required autofocus>
<label for="password">Password</label>
<input id="password" name="password" type="password" autocomplete="current-password" required>
<p id="said" role="alert"></p>
<button id="go" type="submit">Log in</button>
</form>
<noscript><p>Logging in needs JavaScript.</p></noscript>
</main>
</body>
</html>
`

const css = `:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { display: grid; place-items: center; min-height: 90vh; margin: 0; }
main { width: min(20rem, 90vw); }
h1 { font-size: 1.4rem; }
label { display: block; margin-top: 0.75rem; }
input, button { box-sizing: border-box; width: 100%; padding: 0.5rem; font: inherit; }
#said { min-height: 1.5em; margin: 0.5rem 0; }
`

// Only a path of this server is gone to: an address of another one would make this page a way to send people there.
const js = `const form = document.getElementById('login')
const said = document.getElementById('said')
const go = document.getElementById('go')

const target = () => {
  const wanted = new URLSearchParams(location.search).get('next') ?? '/'
  try {
    const url = new URL(wanted, location.origin)
    return url.origin === location.origin ? url.pathname + url.search + url.hash : '/'
  } catch {
    return '/'
  }
}

form.addEventListener('submit', async (event) => {
  event.preventDefault()
  said.textContent = ''
  go.disabled = true
  try {
    const answer = await fetch('/api/v1/session', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ name: form.elements.name.value, password: form.elements.password.value }),
    })
    if (answer.ok) return location.replace(target())
    const { title, detail } = await answer.json()
    said.textContent = title + '. ' + detail
  } catch {
    said.textContent = 'The server can not be reached.'
  }
  form.elements.password.value = ''
  go.disabled = false
})
`

export const loginFiles: Readonly<Record<string, { readonly type: string; readonly text: string }>> = {
  [loginPath]: { type: 'text/html; charset=utf-8', text: html },
  '/login.css': { type: 'text/css; charset=utf-8', text: css },
  '/login.js': { type: 'text/javascript; charset=utf-8', text: js },
}
