/** Severities of RFC 5424, 0 to 7. Each has a word; the tone only repeats it. */
const words = ['emergency', 'alert', 'critical', 'error', 'warning', 'notice', 'info', 'debug'] as const

export const severityWord = (severity: number): string => words[severity] ?? String(severity)

export const severityTone = (severity: number): 'bad' | 'warn' | 'plain' =>
  severity <= 3 ? 'bad' : severity === 4 ? 'warn' : 'plain'

/** What can be chosen: that severe or more. */
export const severityChoices = [
  ['', 'all'],
  ['6', 'info and above'],
  ['5', 'notice and above'],
  ['4', 'warnings and above'],
  ['3', 'errors and above'],
  ['2', 'critical and above'],
] as const
