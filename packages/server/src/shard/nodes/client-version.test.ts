import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseClient } from './client-version.ts'

const said: readonly (readonly [text: string, name: string | null, version: string | null])[] = [
  ['Geth/v1.16.3-stable-abc12345/linux-amd64/go1.24', 'geth', '1.16.3'],
  ['Geth/v1.13.15-unstable/linux-amd64/go1.21.6', 'geth', '1.13.15'],
  ['Geth/my-name/v1.13.4-stable/linux-amd64/go1.21', 'geth', '1.13.4'],
  ['Geth/v1/v1.13.4-stable/linux-amd64/go1.21', 'geth', '1.13.4'],
  ['Geth/v1.14.0-rc1/linux', 'geth', '1.14.0-rc1'],
  ['besu/v25.11.0/linux-x86_64/openjdk-java-21', 'besu', '25.11.0'],
  ['besu/v24.1.2-dev-fe0b2ef5/linux-x86_64/openjdk-java-17', 'besu', '24.1.2'],
  ['besu/v26.2-RC2/linux', 'besu', '26.2-rc2'],
  ['Nethermind/v1.39.0/linux-x64/dotnet10.0.0', 'nethermind', '1.39.0'],
  ['Nethermind/v1.25.4+20b10b35/linux-x64/dotnet8.0.2', 'nethermind', '1.25.4'],
  ['reth/v1.8.2-9c30bf7/x86_64-unknown-linux-gnu', 'reth', '1.8.2'],
  ['erigon/2.60.10/linux-amd64/go1.22.8', 'erigon', '2.60.10'],
  ['erigon/3.0.0-alpha5/linux-amd64/go1.23', 'erigon', '3.0.0-alpha5'],
  ['bor/v2.2.9/linux-amd64/go1.24', 'bor', '2.2.9'],
  ['OpenEthereum//v3.3.5-stable-6c2d392d8-20220405/x86_64-linux-gnu/rustc1.58.1', 'openethereum', '3.3.5'],
  ['Parity-Ethereum//v2.7.2-stable/x86_64-linux-gnu/rustc1.41.0', 'parity', '2.7.2'],
  ['anvil/v1.4.0', 'anvil', '1.4.0'],
  ['anvil 1.4.0', 'anvil', '1.4.0'],
  ['Geth', 'geth', null],
  ['Geth/unknown/linux', 'geth', null],
  ['', null, null],
  ['/v1.2.3', null, null],
  ['<b>/v1.2.3', null, null],
]

describe('client text', () => {
  it.each(said)('%s', (text, name, version) => {
    expect(parseClient(text)).toEqual({ name, version })
  })

  it('is absent where the node says nothing', () => {
    expect(parseClient(undefined)).toEqual({ name: null, version: null })
    expect(parseClient(null)).toEqual({ name: null, version: null })
  })

  it('gives short words of known letters whatever comes in', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ maxLength: 400 }), fc.stringMatching(/^[A-Za-z /.0-9v-]{0,60}$/)), (text) => {
        const { name, version } = parseClient(text)
        expect(name === null || /^[a-z][a-z0-9 _-]{0,39}$/.test(name)).toBe(true)
        expect(version === null || /^\d+(\.\d+){1,3}(-(alpha|beta|rc)\d*)?$/.test(version)).toBe(true)
        expect(version === null || name !== null).toBe(true)
      }),
    )
  })
})
