/**
 * Built-in components, registered as those of plugins are. A component's `mod.ts` has its schema; what it runs on is loaded
 * when one is opened, so that an agent holds in memory what it uses.
 */
import { definePlugin } from '@netstats/sdk'
import { email } from './sinks/email/mod.ts'
import { ethstats } from './sinks/ethstats/mod.ts'
import { file } from './sinks/file/mod.ts'
import { influx } from './sinks/influx/mod.ts'
import { netstats } from './sinks/netstats/mod.ts'
import { otlp } from './sinks/otlp/mod.ts'
import { prometheus } from './sinks/prometheus/mod.ts'
import { snmpSink } from './sinks/snmp/mod.ts'
import { statsd } from './sinks/statsd/mod.ts'
import { syslog } from './sinks/syslog/mod.ts'
import { webhook } from './sinks/webhook/mod.ts'
import { ethereum } from './sources/ethereum/mod.ts'
import { host } from './sources/host/mod.ts'
import { logFile } from './sources/log-file/mod.ts'
import { prometheusSource } from './sources/prometheus/mod.ts'
import { snmp } from './sources/snmp/mod.ts'
import { statsd as statsdSource } from './sources/statsd/mod.ts'
import { syslog as syslogSource } from './sources/syslog/mod.ts'

export const builtIn = definePlugin({
  name: '@netstats/components',
  apiVersion: 1,
  sources: [ethereum, host, logFile, prometheusSource, snmp, statsdSource, syslogSource],
  sinks: [netstats, ethstats, file, webhook, email, statsd, syslog, snmpSink, influx, otlp, prometheus],
})
