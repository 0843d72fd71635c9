// Runs before the first paint, so that a chosen theme does not flash. Kept apart because inline script is forbidden.
try {
  const theme = localStorage.getItem('netstats.theme')
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme
} catch {
  // Storage may be forbidden; the system's theme then applies.
}
