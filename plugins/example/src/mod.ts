import { definePlugin } from '@netstats/sdk'
import { gaugeFile } from './gauge-file.ts'
import { jsonLines } from './json-lines.ts'
import { threshold } from './threshold.ts'

export default definePlugin({
  name: 'netstats-plugin-example',
  apiVersion: 1,
  sources: [gaugeFile],
  sinks: [jsonLines],
  analyzers: [threshold],
})
