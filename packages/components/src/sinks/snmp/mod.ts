import { defineSink } from '@netstats/sdk'
import { snmpSinkConfig } from './config.ts'

/** A network management system: alarms, and log lines where it wants them, as notifications of NETSTATS-MIB. */
export const snmpSink = defineSink({
  type: 'snmp',
  summary: 'Sends alarms and logs as SNMP informs or traps, defined in NETSTATS-MIB',
  nodes: 'all',
  kinds: ['alarm', 'log'],
  // Few receivers are made for lines of logs.
  usually: { kinds: ['alarm'], batchSize: 100 },
  config: snmpSinkConfig,
  open: async (config, context) => (await import('./sink.ts')).openSnmpSink(config, context),
})
