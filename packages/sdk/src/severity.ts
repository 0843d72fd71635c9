/** Severities as RFC 5424 numbers them, 0 first, under the names that configurations and pages use. */
export const severityNames = ['emergency', 'alert', 'critical', 'error', 'warning', 'notice', 'info', 'debug'] as const
export type SeverityName = (typeof severityNames)[number]

/** Name of a severity from 0 to 7; what is beyond counts as `debug`. */
export const severityName = (severity: number): SeverityName => severityNames[severity] ?? 'debug'
