/** An address the server listens on, and how people reach it. */
export interface Address {
  readonly host: string
  readonly port: number
}

/** An address to type into a browser: one cannot connect to "every address". */
export const reachable = ({ host, port }: Address): Address => ({
  host: host === '::' || host === '0.0.0.0' ? 'localhost' : host,
  port,
})
