/** What a line of syslog says, whatever its form. */
export interface SyslogMessage {
  /** `plain`: neither time nor program was found. */
  readonly form: 'rfc5424' | 'rfc3164' | 'plain'
  readonly facility: number
  /** 0 emergency to 7 debug. */
  readonly severity: number
  /** Unix milliseconds, by the sender's clock; undefined where it says none that can be believed. */
  readonly at: number | undefined
  readonly hostname: string | undefined
  readonly app: string | undefined
  readonly procid: string | undefined
  readonly msgid: string | undefined
  /** Structured data, each value under `id.name`. */
  readonly structured: readonly (readonly [name: string, value: string])[]
  readonly message: string
}

/** What is behind the priority. */
export type Content = Omit<SyslogMessage, 'facility' | 'severity'>
