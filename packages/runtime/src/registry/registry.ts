import { pluginApiVersion } from '@netstats/sdk'
import type { AnalyzerDefinition, ComponentDefinition, Plugin, SinkDefinition, SourceDefinition } from '@netstats/sdk'
import type { z } from 'zod'
import { PluginError } from '../errors.ts'
import { sinkHostKeys } from './sink-options.ts'

/** Every component that a configuration can name, by its type. */
export interface Registry {
  readonly sources: ReadonlyMap<string, SourceDefinition>
  readonly sinks: ReadonlyMap<string, SinkDefinition>
  readonly analyzers: ReadonlyMap<string, AnalyzerDefinition>
  readonly stores: ReadonlyMap<string, ComponentDefinition>
  readonly rules: ReadonlyMap<string, ComponentDefinition>
  readonly panels: ReadonlyMap<string, ComponentDefinition>
}

const families = ['sources', 'sinks', 'analyzers', 'stores', 'rules', 'panels'] as const
/** Keys of entries that the host reads itself. */
const hostKeys = ['type', 'node', 'name', 'nodes', 'kinds', 'policy', 'batchSize'] as const
const typeForm = /^[a-z][a-z0-9-]{0,49}$/

/** Checks each plugin and registers what it brings; the first one to bring a type has it. */
export const createRegistry = (plugins: readonly Plugin[]): Registry => {
  const owners = new Map<string, string>()
  const registered: Record<string, Map<string, ComponentDefinition>> = {}
  for (const family of families) registered[family] = new Map()
  for (const plugin of plugins) {
    checkPlugin(plugin)
    for (const family of families) {
      for (const component of plugin[family] ?? []) {
        const key = `${family} ${component.type}`
        const owner = owners.get(key)
        if (owner !== undefined) {
          throw new PluginError(
            'PLUGIN_TYPE_TAKEN',
            `"${plugin.name}" brings a type "${component.type}" of ${family}, which "${owner}" has already; leave one of the two out`,
          )
        }
        owners.set(key, plugin.name)
        registered[family]?.set(component.type, component)
      }
    }
  }
  // Each family was checked to hold what its name says.
  return registered as unknown as Registry
}

/** Plugins come from elsewhere, also without types: what this package relies on is looked at. */
const checkPlugin = (plugin: Plugin): void => {
  const invalid = (what: string): never => {
    throw new PluginError('PLUGIN_INVALID', what)
  }
  if (typeof plugin !== 'object' || plugin === null || typeof plugin.name !== 'string' || plugin.name === '')
    invalid('its default export is not a plugin; export default definePlugin({ name, apiVersion, … })')
  const { name, apiVersion } = plugin
  if (apiVersion !== pluginApiVersion) {
    const cure =
      typeof apiVersion === 'number' && apiVersion > pluginApiVersion
        ? 'update Netstats'
        : 'install a newer version of it'
    throw new PluginError(
      'PLUGIN_VERSION',
      `"${name}" is written for version ${String(apiVersion)} of the plugin interface, this Netstats has version ${pluginApiVersion}; ${cure}`,
    )
  }
  for (const family of families) {
    const components: unknown = plugin[family] ?? []
    if (!Array.isArray(components)) invalid(`"${name}": ${family} is not a list`)
    for (const component of components as readonly Partial<ComponentDefinition & { open: unknown }>[]) {
      if (typeof component?.type !== 'string' || !typeForm.test(component.type))
        invalid(`"${name}": a type of ${family} is not a name of lower case letters, digits and dashes`)
      const what = `"${name}": ${component.type} of ${family}`
      if (typeof component.summary !== 'string') invalid(`${what} has no summary`)
      if (component.config?._zod?.traits?.has('ZodObject') !== true) invalid(`${what}: config is not a zod object`)
      const shape = (component.config as z.ZodObject).shape
      const taken = (family === 'sinks' ? sinkHostKeys : hostKeys).find((key) => Object.hasOwn(shape, key))
      if (taken !== undefined)
        invalid(`${what}: its option "${taken}" has a name that the host uses; call it otherwise`)
      const isRun = family === 'sources' || family === 'sinks' || family === 'analyzers'
      if (isRun && typeof component.open !== 'function') invalid(`${what} has no function open`)
    }
  }
}
