import { defineSource } from '@netstats/sdk'
import { snmpSourceConfig } from './config.ts'

/** Devices that speak SNMP: asked for their values, and listened to when they have something to say. */
export const snmp = defineSource({
  type: 'snmp',
  summary: 'Polls a device by SNMP (hosts, UPS, switches, any object) and receives traps and informs',
  config: snmpSourceConfig,
  open: async (config, context) => (await import('./source.ts')).openSnmpSource(config, context),
})
