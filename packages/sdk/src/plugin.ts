import type { AnalyzerDefinition } from './analyzer.ts'
import type { ComponentDefinition, SinkDefinition, SourceDefinition } from './component.ts'

/** Version of what plugins are written against. It grows when a plugin written for the one before would not work. */
export const pluginApiVersion = 1

/** Components under one name. The built-in ones are a plugin too. */
export interface Plugin {
  /** That of its package. */
  readonly name: string
  /** The `pluginApiVersion` it was written for, as a number: a plugin that takes the constant claims to fit every version. */
  readonly apiVersion: number
  /** Run by agents. */
  readonly sources?: readonly SourceDefinition[]
  /** Run by agents and servers. */
  readonly sinks?: readonly SinkDefinition[]
  /** Run by servers. */
  readonly analyzers?: readonly AnalyzerDefinition[]
  // The parts that will run these do not exist yet: they are checked and registered, and the server says that it does not
  // run them.
  readonly stores?: readonly ComponentDefinition[]
  readonly rules?: readonly ComponentDefinition[]
  readonly panels?: readonly ComponentDefinition[]
}

/** The default export of a plugin's module. */
export const definePlugin = (plugin: Plugin): Plugin => plugin
