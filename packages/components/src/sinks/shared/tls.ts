import { readFile } from 'node:fs/promises'
import { z } from 'zod'

/** How the certificate of a server is judged. */
export const tlsConfig = z
  .strictObject({
    ca: z.string().optional().describe('File with certificates (PEM) to trust instead of the public authorities.'),
    rejectUnauthorized: z
      .boolean()
      .default(true)
      .describe('False accepts any certificate: the secret can then be read by the one who stands in between.'),
  })
  .prefault({})

export interface TlsOptions {
  /** Certificates, PEM. */
  readonly ca: string | undefined
  readonly rejectUnauthorized: boolean
}

/** Reads what the configuration names. */
export const readTls = async ({ ca, rejectUnauthorized }: z.output<typeof tlsConfig>): Promise<TlsOptions> => ({
  ca: ca === undefined ? undefined : await readFile(ca, 'utf8'),
  rejectUnauthorized,
})
