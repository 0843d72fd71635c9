import { loadConfig, optionTable, sampleConfig } from '../config/mod.ts'
import { defineSink, defineSource } from '@netstats/sdk'
import type { Plugin } from '@netstats/sdk'
import { z } from '@netstats/sdk/config'
import { describe, expect, it } from 'vitest'
import { sinkList, sourceList } from './entries.ts'
import { createRegistry } from './registry.ts'

const open = () => Promise.reject(new Error('never opened'))
const source = (type: string) =>
  defineSource({
    type,
    summary: `Watches ${type}`,
    config: z.strictObject({ depth: z.int().describe('How deep.') }),
    open,
  })
const sink = defineSink({ type: 'pit', summary: 'Takes all', config: z.strictObject({}), nodes: 'all', open })
const plugin = (more: Partial<Plugin> = {}): Plugin => ({ name: 'one', apiVersion: 1, ...more })

const faultOf = (...plugins: readonly unknown[]): string => {
  try {
    createRegistry(plugins as readonly Plugin[])
    return ''
  } catch (error) {
    return `${(error as { code?: string }).code}: ${(error as Error).message}`
  }
}

describe('the registry of components', () => {
  it('has what each plugin brings, by its type', () => {
    const registry = createRegistry([
      plugin({ sources: [source('a'), source('b')], sinks: [sink] }),
      plugin({ name: 'two', sources: [source('c')], rules: [{ type: 'a', summary: 'x', config: z.strictObject({}) }] }),
    ])
    expect([...registry.sources.keys()]).toEqual(['a', 'b', 'c'])
    expect([...registry.sinks.keys()]).toEqual(['pit'])
    expect([...registry.rules.keys()]).toEqual(['a'])
  })

  it('makes options, sample and table of what is registered', () => {
    const registry = createRegistry([plugin({ sources: [source('a'), source('b')], sinks: [sink] })])
    const schema = z.strictObject({ sources: sourceList(registry).min(1), sinks: sinkList(registry) })
    const value = { sources: [{ type: 'b', depth: 3 }], sinks: [{ type: 'pit' }] }
    const config = loadConfig({
      schema,
      flags: Object.entries(value).map(([key, one]) => ({ name: key, path: [key], value: one })),
    })
    expect(config.sources).toEqual([{ type: 'b', depth: 3 }])
    expect(config.sinks).toEqual([{ type: 'pit', policy: 'on-ack', batchSize: 500 }])
    expect(optionTable(schema)).toContain('| `sources[](b).depth` | whole number | required |  | How deep. |')
    expect(sampleConfig(schema, '')).toContain('#- type: b')
  })

  it('refuses a type that another plugin has already', () => {
    expect(faultOf(plugin({ sources: [source('a')] }), plugin({ name: 'two', sources: [source('a')] }))).toBe(
      'PLUGIN_TYPE_TAKEN: "two" brings a type "a" of sources, which "one" has already; leave one of the two out',
    )
  })

  it('refuses a plugin for another version of the interface, and says what to do', () => {
    expect(faultOf(plugin({ apiVersion: 2 }))).toBe(
      'PLUGIN_VERSION: "one" is written for version 2 of the plugin interface, this Netstats has version 1; update Netstats',
    )
    expect(faultOf(plugin({ apiVersion: 0 }))).toContain('version 0 of the plugin interface')
    expect(faultOf(plugin({ apiVersion: 0 }))).toContain('install a newer version of it')
  })

  it.each<[unknown, string]>([
    [undefined, 'its default export is not a plugin'],
    [{ apiVersion: 1 }, 'its default export is not a plugin'],
    [plugin({ sources: {} as never }), '"one": sources is not a list'],
    [plugin({ sources: [{ ...source('a'), type: 'A b' }] }), 'a type of sources is not a name'],
    [plugin({ sources: [{ ...source('a'), config: {} as never }] }), 'a of sources: config is not a zod object'],
    [plugin({ sources: [{ ...source('a'), open: undefined as never }] }), 'a of sources has no function open'],
    [plugin({ sources: [{ ...source('a'), config: z.strictObject({ node: z.string() }) }] }), 'its option "node"'],
  ])('refuses what is no plugin: %j', (given, message) => {
    expect(faultOf(given)).toContain(message)
    expect(faultOf(given)).toContain('PLUGIN_INVALID')
  })
})
