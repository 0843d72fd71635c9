const families = ['geth', 'nethermind', 'besu', 'erigon', 'reth', 'bor', 'openethereum', 'parity', 'netstats'] as const

/** The client's family, from a short list: it labels a metric. */
export const familyOf = (client: string | undefined): string => {
  const name = /^([a-z-]{1,20})/i.exec(client ?? '')?.[1]?.toLowerCase()
  return families.find((one) => one === name) ?? 'other'
}
