/**
 * OIDs of NETSTATS-MIB (docs/mib). They are below the number that RFC 5612 sets aside for examples until Netstats has one of
 * its own (docs/decisions/0063).
 */
const base = '1.3.6.1.4.1.32473.1'

export const netstatsMib = {
  netstatsAlarmRaised: `${base}.0.1`,
  netstatsAlarmAcknowledged: `${base}.0.2`,
  netstatsAlarmCleared: `${base}.0.3`,
  netstatsAlarmSuppressed: `${base}.0.4`,
  netstatsAlarmUpdated: `${base}.0.6`,
  netstatsLogMessage: `${base}.0.5`,
  netstatsNode: `${base}.1.1`,
  netstatsTime: `${base}.1.2`,
  netstatsSeverity: `${base}.1.3`,
  netstatsMessage: `${base}.1.4`,
  netstatsAlarmName: `${base}.1.5`,
  netstatsAlarmType: `${base}.1.6`,
  netstatsLogSource: `${base}.1.7`,
  netstatsObservationId: `${base}.1.8`,
} as const
