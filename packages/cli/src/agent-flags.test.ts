import { hostname } from 'node:os'
import { resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { agentFlagValues } from './agent-flags.ts'
import { CliError } from './errors.ts'
import type { AgentFlags } from './program.ts'

/** The configuration that flags and variables amount to. */
const configOf = (flags: AgentFlags, env: Record<string, string> = {}): Record<string, unknown> => {
  const root: Record<string, unknown> = {}
  for (const { path, value } of agentFlagValues(flags, env)) {
    let at: Record<PropertyKey, unknown> = root
    for (const step of path.slice(0, -1)) at = (at[step] ??= {}) as Record<PropertyKey, unknown>
    at[path.at(-1)!] = value
  }
  return root
}
const server = ['ws://h']
const messageOf = (flags: AgentFlags): string => {
  try {
    agentFlagValues(flags, {})
  } catch (error) {
    if (error instanceof CliError && error.exitCode === 2) return error.message
  }
  return ''
}

describe('flags of the agent', () => {
  it('name one node after the machine, or as told', () => {
    expect(configOf({ rpc: ['ws://a'], ethstats: server })['nodes']).toEqual([{ rpc: 'ws://a' }])
    expect(configOf({ rpc: ['ws://a'], name: ['x'], ethstats: server })['nodes']).toEqual([
      { rpc: 'ws://a', name: 'x' },
    ])
  })

  it('number several nodes, or take a name for each', () => {
    const rpc = ['ws://a', 'ws://b']
    const names = (name?: readonly string[]): unknown =>
      (configOf({ rpc, ethstats: server, ...(name ? { name } : {}) })['nodes'] as { name?: string }[]).map(
        (one) => one.name,
      )
    expect(names()).toEqual([`${hostname()}-1`, `${hostname()}-2`])
    expect(names(['x'])).toEqual(['x-1', 'x-2'])
    expect(names(['x', 'y'])).toEqual(['x', 'y'])
  })

  it('give every server the secret, by text, file or variable', () => {
    const ethstats = ['ws://a', 'ws://b']
    const secretsOf = (flags: AgentFlags, env?: Record<string, string>): readonly unknown[] =>
      (configOf({ rpc: ['ws://n'], ethstats, ...flags }, env)['sinks'] as { secret: unknown }[]).map(
        (one) => one.secret,
      )
    expect(secretsOf({ ethstatsSecret: 's' })).toEqual(['s', 's'])
    expect(secretsOf({ secretFile: 'f' })).toEqual([{ file: resolve('f') }, { file: resolve('f') }])
    expect(secretsOf({}, { NETSTATS_ETHSTATS_SECRET: 's' })[0]).toEqual({ env: 'NETSTATS_ETHSTATS_SECRET' })
    expect(secretsOf({ secret: 's' }, { NETSTATS_ETHSTATS_SECRET: 'other' })).toEqual(['s', 's'])
    expect(secretsOf({}, { NETSTATS_ETHSTATS_SECRET_FILE: '/f' })).toEqual([{ file: '/f' }, { file: '/f' }])
  })

  it('report to Netstats servers, to ethstats servers, or to both', () => {
    const both = { rpc: ['ws://n'], server: ['ws://a'], ethstats: ['ws://b'] }
    expect(configOf({ rpc: ['ws://n'], server: ['ws://a'] })['sinks']).toEqual([
      { type: 'netstats', endpoint: 'ws://a' },
    ])
    expect(configOf(both)['sinks']).toEqual([
      { type: 'netstats', endpoint: 'ws://a' },
      { type: 'ethstats', endpoint: 'ws://b' },
    ])
    expect(configOf({ ...both, secret: 's', ethstatsSecret: 'e', tokenFile: 't', keyFile: 'k' })['sinks']).toEqual([
      { type: 'netstats', endpoint: 'ws://a', token: { file: resolve('t') }, keyFile: resolve('k'), secret: 's' },
      { type: 'ethstats', endpoint: 'ws://b', secret: 'e' },
    ])
  })

  it('take server, token and key from variables, where no flag names a server', () => {
    const env = { NETSTATS_SERVER: 'ws://a', NETSTATS_TOKEN: 'x', NETSTATS_KEY_FILE: '/k', NETSTATS_ETHSTATS: 'ws://b' }
    expect(configOf({ rpc: ['ws://n'] }, env)['sinks']).toEqual([
      { type: 'netstats', endpoint: 'ws://a', token: { env: 'NETSTATS_TOKEN' }, keyFile: '/k' },
      { type: 'ethstats', endpoint: 'ws://b' },
    ])
    expect(configOf({ rpc: ['ws://n'], ethstats: ['ws://c'] }, env)['sinks']).toEqual([
      { type: 'ethstats', endpoint: 'ws://c' },
    ])
    const file = { NETSTATS_SERVER: 'ws://a', NETSTATS_TOKEN_FILE: '/t' }
    expect(configOf({ rpc: ['ws://n'] }, file)['sinks']).toMatchObject([{ token: { file: '/t' } }])
  })

  it('stand in variables too, and win over them', () => {
    const env = { NETSTATS_RPC: 'ws://a, ws://b', NETSTATS_NAME: 'x,y', NETSTATS_ETHSTATS: 'ws://s' }
    expect(configOf({}, env)).toEqual({
      nodes: [
        { rpc: 'ws://a', name: 'x' },
        { rpc: 'ws://b', name: 'y' },
      ],
      sinks: [{ type: 'ethstats', endpoint: 'ws://s' }],
    })
    expect(configOf({ ethstats: ['ws://t'] }, env)['sinks']).toEqual([{ type: 'ethstats', endpoint: 'ws://t' }])
  })

  it('rename the only node of a file', () => {
    expect(configOf({ config: 'f', name: ['x'] })).toEqual({ nodes: { 0: { name: 'x' } } })
  })

  it.each<[AgentFlags, string]>([
    [{ rpc: ['a', 'b', 'c'], name: ['x', 'y'], ethstats: server }, '--name was given 2 times for 3 nodes'],
    [{ config: 'f', name: ['x', 'y'] }, '--name names 2 nodes; give each its --rpc URL'],
    [{ config: 'f', ethstatsSecret: 's' }, 'a secret without a server'],
    [{ rpc: ['a'], ethstats: server, secret: 's', secretFile: 'f' }, 'the secret is given twice'],
    [{ rpc: ['a'], ethstats: server, token: 't' }, 'a token without a server'],
    [{ rpc: ['a'], server, ethstatsSecret: 's' }, 'a secret without a server'],
    [{ rpc: ['a'], ethstats: server, keyFile: 'k' }, 'a key without a server'],
    [{ rpc: ['a'], server, token: 't', tokenFile: 'f' }, 'the token is given twice'],
    [{ rpc: ['a'] }, 'no server to report to'],
    [{}, 'no node to watch'],
  ])('%j are wrong use', (flags, message) => {
    expect(messageOf(flags)).toContain(message)
  })
})
