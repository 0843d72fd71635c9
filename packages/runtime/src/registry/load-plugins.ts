/** Loads the plugins that a configuration names, before its schema is built from what they bring. */
import { existsSync, readFileSync, statSync } from 'node:fs'
import { findPackageJSON, registerHooks } from 'node:module'
import { dirname, join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { reasonOf } from '@netstats/sdk'
import type { Plugin } from '@netstats/sdk'
import { ConfigError } from '@netstats/sdk/config'
import type { ConfigFault } from '@netstats/sdk/config'
import { peekConfig, variablePrefix } from '../config/load.ts'
import { createRegistry } from './registry.ts'
import type { Registry } from './registry.ts'

export interface LoadPluginsOptions {
  /** Components that are there without a plugin. */
  readonly builtIn: readonly Plugin[]
  /** The configuration that names plugins; paths and packages are looked for from its folder, else from the current one. */
  readonly file?: string | undefined
  /** Environment for `NETSTATS_PLUGINS`, which wins over the file; none is read where absent. */
  readonly env?: Readonly<Record<string, string | undefined>>
  /** Plugins named on the command line, which win over both. */
  readonly names?: readonly string[]
}

/** A plugin as it was named, and where. */
interface Named {
  readonly name: string
  readonly fault: (message: string) => ConfigFault
}

/** Everything that the configuration may name. Throws a `ConfigError` with every plugin that cannot be used, and why. */
export const loadRegistry = async (options: LoadPluginsOptions): Promise<Registry> => {
  const { builtIn, file } = options
  const folder = file === undefined ? process.cwd() : dirname(resolve(file))
  const plugins = [...builtIn]
  const faults: ConfigFault[] = []
  for (const { name, fault } of namedIn(options)) {
    try {
      const plugin = await importPlugin(name, folder)
      // One after the other, so that a fault is said of the plugin that brings it.
      createRegistry([...plugins, plugin])
      plugins.push(plugin)
    } catch (error) {
      faults.push(fault(error instanceof Error ? error.message : reasonOf(error)))
    }
  }
  if (faults.length > 0) throw new ConfigError(faults)
  return createRegistry(plugins)
}

const namedIn = ({ file, env = {}, names }: LoadPluginsOptions): readonly Named[] => {
  const variable = `${variablePrefix}PLUGINS`
  const given = names ?? (env[variable] ? env[variable].split(',').map((one) => one.trim()) : undefined)
  const origin = names === undefined ? variable : '--plugin'
  if (given !== undefined) return given.map((name) => ({ name, fault: (message) => ({ origin, path: '', message }) }))
  if (file === undefined) return []
  const document = peekConfig(file)
  const { value, faults } = document
  if (faults.length > 0) throw new ConfigError(faults)
  const listed = typeof value === 'object' && value !== null && 'plugins' in value ? value.plugins : undefined
  // What is not a list of names is for the schema to refuse.
  return (Array.isArray(listed) ? listed : []).flatMap((name: unknown, i) => {
    const fault = (message: string): ConfigFault => ({
      origin: file,
      ...document.place(['plugins', i], 'value'),
      path: `plugins[${i}]`,
      message,
    })
    return typeof name === 'string' && name !== '' ? [{ name, fault }] : []
  })
}

const importPlugin = async (name: string, folder: string): Promise<Plugin> => {
  const entry = /^(?:\.{0,2}\/|\.{1,2}$)/.test(name) ? entryAt(resolve(folder, name)) : entryOf(name, folder)
  try {
    const module = (await importFrom(entry, folder)) as { readonly default?: unknown }
    return module.default as Plugin
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    if (code === 'ERR_UNSUPPORTED_NODE_MODULES_TYPE_STRIPPING')
      throw new Error(
        `"${name}" is installed as TypeScript, which Node does not run below node_modules; build it to JavaScript, or name it by path`,
        { cause: error },
      )
    throw new Error(`"${name}" cannot be loaded: ${reasonOf(error)}`, { cause: error })
  }
}

/** The module of a path: itself, or what the package in a folder exports. */
const entryAt = (path: string): string => {
  if (!existsSync(path)) throw new Error(`there is no file ${path}; name a package, or the path of a plugin`)
  if (!statSync(path).isDirectory()) return pathToFileURL(path).href
  const manifest = join(path, 'package.json')
  const { exports, main } = existsSync(manifest) ? (JSON.parse(readFileSync(manifest, 'utf8')) as Manifest) : {}
  return pathToFileURL(join(path, mainOf(exports) ?? main ?? 'index.js')).href
}

interface Manifest {
  readonly exports?: unknown
  readonly main?: string
}

const mainOf = (exports: unknown): string | undefined => {
  if (typeof exports === 'string') return exports
  if (typeof exports !== 'object' || exports === null) return undefined
  const { '.': root, import: esm, default: any } = exports as Readonly<Record<string, unknown>>
  return mainOf(root ?? esm ?? any)
}

/** A package that Node finds from the folder; its name is enough once it is known to be there. */
const entryOf = (name: string, folder: string): string => {
  const base = pathToFileURL(`${folder}/`)
  let found: string | undefined
  try {
    found = findPackageJSON(name, base)
  } catch {
    // Told below, with the cure.
  }
  if (found === undefined) {
    throw new Error(
      `the package "${name}" is not installed in ${folder} or above; run "npm install ${name}" there, or name a path that begins with ./`,
    )
  }
  return name
}

const scheme = 'netstats-plugin:'
const own = /^@netstats\/(?:sdk|protocol)(?:\/|$)/
let hooks: ReturnType<typeof registerHooks> | undefined

/**
 * Imports as a module of the folder would. Plugins get the sdk of the Netstats that runs them, whatever they installed:
 * options, secrets and errors are then of one kind, and the version that was checked is the one they run with.
 */
const importFrom = (entry: string, folder: string): Promise<unknown> => {
  hooks ??= registerHooks({
    resolve(specifier, context, next) {
      if (own.test(specifier)) return next(specifier, { ...context, parentURL: import.meta.url })
      if (!specifier.startsWith(scheme)) return next(specifier, context)
      const [name = '', parentURL = ''] = JSON.parse(decodeURIComponent(specifier.slice(scheme.length))) as string[]
      return next(name, { ...context, parentURL })
    },
  })
  return import(`${scheme}${encodeURIComponent(JSON.stringify([entry, pathToFileURL(`${folder}/`).href]))}`)
}
