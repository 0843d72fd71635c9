import { hostname } from 'node:os'
import { resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { agentFlagValues } from './agent-flags.ts'
import { CliError } from './errors.ts'
import type { AgentFlags } from './io.ts'

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
    expect(configOf({ rpc: ['ws://a'], ethstats: server })['sources']).toEqual([
      { type: 'ethereum', endpoint: 'ws://a' },
      { type: 'host' },
    ])
    expect(configOf({ rpc: ['ws://a'], name: ['x'], ethstats: server })['sources']).toEqual([
      { type: 'ethereum', endpoint: 'ws://a', node: 'x' },
      { type: 'host' },
    ])
  })

  it('follow log files beside the nodes, or without any', () => {
    const logs = { type: 'log-file', paths: ['/a.log', 'b*'] }
    expect(configOf({ rpc: ['ws://a'], logFile: logs.paths, ethstats: server })['sources']).toEqual([
      { type: 'ethereum', endpoint: 'ws://a' },
      { type: 'host' },
      logs,
    ])
    expect(configOf({ logFile: logs.paths, ethstats: server })['sources']).toEqual([{ type: 'host' }, logs])
    expect(configOf({ logFile: logs.paths, name: ['x'], ethstats: server })['sources']).toEqual([
      { type: 'host', node: 'x' },
      logs,
    ])
  })

  it('number several nodes, or take a name for each', () => {
    const rpc = ['ws://a', 'ws://b']
    const names = (name?: readonly string[]): unknown =>
      (configOf({ rpc, ethstats: server, ...(name ? { name } : {}) })['sources'] as { node?: string }[])
        .slice(0, rpc.length)
        .map((one) => one.node)
    expect(names()).toEqual([`${hostname()}-1`, `${hostname()}-2`])
    expect(names(['x'])).toEqual(['x-1', 'x-2'])
    expect(names(['x', 'y'])).toEqual(['x', 'y'])
  })

  it('open StatsD and syslog beside the nodes, or alone with the machine', () => {
    const inputs = { statsd: '127.0.0.1:8125', syslog: ':5514', ethstats: server }
    const listeners = [
      { type: 'statsd', listen: '127.0.0.1:8125' },
      { type: 'syslog', listen: ':5514' },
    ]
    expect(configOf({ rpc: ['ws://a', 'ws://b'], ...inputs })['sources']).toMatchObject([
      { type: 'ethereum', endpoint: 'ws://a' },
      { type: 'ethereum', endpoint: 'ws://b' },
      { type: 'host' },
      ...listeners,
    ])
    expect(configOf(inputs)['sources']).toEqual([{ type: 'host' }, ...listeners])
    expect(configOf({ ...inputs, name: ['x'] })['sources']).toEqual([{ type: 'host', node: 'x' }, ...listeners])
    const env = { NETSTATS_STATSD: ':1', NETSTATS_SYSLOG: ':2' }
    expect(configOf({ ethstats: server, syslog: ':3' }, env)['sources']).toEqual([
      { type: 'host' },
      { type: 'statsd', listen: ':1' },
      { type: 'syslog', listen: ':3' },
    ])
  })

  it('put StatsD and syslog behind the sources of a file', () => {
    const paths = agentFlagValues({ config: 'f', name: ['x'], statsd: ':1' }, {}, 2).map(({ path }) => path.join('.'))
    expect(paths).toEqual(['sources.0.node', 'sources.2', 'sources.2.listen'])
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

  it('give every node its token and its secret, by file or variable', () => {
    const nodes = (flags: AgentFlags, env?: Record<string, string>): unknown =>
      (configOf({ rpc: ['ws://n', 'ws://m'], ethstats: server, ...flags }, env)['sources'] as readonly unknown[])[1]
    expect(nodes({ rpcTokenFile: 'f', rpcJwtFile: 'g' })).toMatchObject({
      bearer: { file: resolve('f') },
      jwtSecret: { file: resolve('g') },
    })
    const env = { NETSTATS_RPC_TOKEN: 't', NETSTATS_RPC_JWT_FILE: '/g' }
    expect(nodes({}, env)).toMatchObject({ bearer: { env: 'NETSTATS_RPC_TOKEN' }, jwtSecret: { file: '/g' } })
    expect(messageOf({ config: 'c', rpcTokenFile: 'f' })).toContain('--rpc-token-file without a node')
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
      sources: [
        { type: 'ethereum', endpoint: 'ws://a', node: 'x' },
        { type: 'ethereum', endpoint: 'ws://b', node: 'y' },
        { type: 'host' },
      ],
      sinks: [{ type: 'ethstats', endpoint: 'ws://s' }],
    })
    expect(configOf({ ethstats: ['ws://t'] }, env)['sinks']).toEqual([{ type: 'ethstats', endpoint: 'ws://t' }])
  })

  it('rename the first node of a file', () => {
    expect(configOf({ config: 'f', name: ['x'] })).toEqual({ sources: { 0: { node: 'x' } } })
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
