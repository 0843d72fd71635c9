/** The options of TLS. */
import { filePath } from '@netstats/sdk/config'
import { z } from 'zod'

export const tls = z.strictObject({
  cert: filePath()
    .meta({ examples: ['/etc/netstats/fullchain.pem'] })
    .describe('Certificate and the ones between it and its root, PEM. Read again when it changes.'),
  key: filePath()
    .meta({ examples: ['/etc/netstats/privkey.pem'] })
    .describe('Private key of the certificate, PEM, readable for the server alone.'),
  ca: filePath()
    .meta({ examples: ['/etc/netstats/clients-ca.pem'] })
    .optional()
    .describe('Certificates that clients must be signed by, PEM; with it nobody connects without such a certificate.'),
  minVersion: z
    .enum(['TLSv1.2', 'TLSv1.3'])
    .prefault('TLSv1.2')
    .describe('Oldest version of TLS that is spoken; some older nodes do not know TLSv1.3.'),
})
export type TlsConfig = z.output<typeof tls>
