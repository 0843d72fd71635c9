import manifest from '../package.json' with { type: 'json' }

/** What reporters call themselves. */
export const reporter = `netstats/${manifest.version}`
