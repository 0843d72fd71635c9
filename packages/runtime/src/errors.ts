import { BaseError } from '@netstats/protocol'

/** What is wrong with a plugin. */
export type PluginErrorCode = 'PLUGIN_INVALID' | 'PLUGIN_VERSION' | 'PLUGIN_TYPE_TAKEN'

export class PluginError extends BaseError {
  override readonly name = 'PluginError'
  declare readonly code: PluginErrorCode
}
