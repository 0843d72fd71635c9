import { describe, expect, it } from 'vitest'
import { dialectOf } from './dialect.ts'

const syncing = (client: string | undefined, api?: string) =>
  dialectOf(client, api === undefined ? undefined : { name: 'x', api }).syncing

describe('dialectOf', () => {
  it.each([
    'besu/v25.11.0/linux-x86_64/openjdk-java-21',
    'bor/v2.2.9/linux-amd64/go1.24.4',
    'Geth/v1.5.9-stable-a07539fb/linux/go1.7.5',
    'Geth/v1.9.25-stable/linux-amd64/go1.15.6',
    'Geth/v1.13.10-stable-bc0be1b1/linux-amd64/go1.21.5',
    'Geth/my/own name/v1.13.4-stable/linux-amd64/go1.21.5',
    'Geth/v1.10.3-stable-1b4d1a87(quorum-v24.4.1)/linux-amd64/go1.19.13',
  ])('knows that %s inverts syncing', (client) => {
    expect(syncing(client)).toBe('inverted')
    expect(syncing(client, 'No')).toBe('inverted')
  })

  it.each([
    undefined,
    '',
    'Geth/v1.13.11-stable/linux-amd64/go1.21.6',
    'Geth/v1.13.15-stable-c5ba367e/linux-amd64/go1.21.6',
    'Geth/v1.14.0-stable/linux-amd64/go1.22.2',
    'Geth/v2.0.0-stable/linux-amd64/go1.30',
    'Geth/unknown',
    'erigon/v3.0.15/linux-amd64/go1.24.5',
    'Nethermind/v1.39.0/linux-x64/dotnet10.0.0',
    'reth/v1.9.3-27a8c0f5/x86_64-unknown-linux-gnu',
    'something else',
  ])('takes %s at its word', (client) => {
    expect(syncing(client)).toBe('plain')
  })

  it('takes a separate reporter in front of such a client at its word', () => {
    expect(syncing('Geth/v1.9.25-stable/linux-amd64/go1.15.6', '0.15.3')).toBe('plain')
    expect(syncing('besu/v25.11.0/linux-x86_64/openjdk-java-21', 'netstats')).toBe('plain')
    expect(dialectOf('besu/v1', { name: 'x' })).toEqual({ syncing: 'plain', historyBatch: 50 })
  })

  it('asks Besu for few blocks at a time and the others for fifty', () => {
    expect(dialectOf('besu/v25.11.0/linux-x86_64/openjdk-java-21').historyBatch).toBe(5)
    expect(dialectOf('Geth/v1.9.25-stable/linux-amd64/go1.15.6').historyBatch).toBe(50)
    expect(dialectOf(undefined).historyBatch).toBe(50)
  })

  it('is quick with a client name made to be slow', () => {
    expect(syncing(`Geth/${'/v1.1'.repeat(60)}`)).toBe('plain')
  })
})
