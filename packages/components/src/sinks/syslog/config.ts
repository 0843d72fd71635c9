import { filePath } from '@netstats/sdk/config'
import { z } from 'zod'
import { hostPort } from '../shared/host-port.ts'
import { tlsConfig } from '../shared/tls.ts'

/** Names of facilities by number, as `logger` and rsyslog write them. */
export const facilities = [
  'kern',
  'user',
  'mail',
  'daemon',
  'auth',
  'syslog',
  'lpr',
  'news',
  'uucp',
  'cron',
  'authpriv',
  'ftp',
  'ntp',
  'audit',
  'alert',
  'clock',
  'local0',
  'local1',
  'local2',
  'local3',
  'local4',
  'local5',
  'local6',
  'local7',
] as const

export const syslogConfig = z
  .strictObject({
    endpoint: hostPort('logs.example.org:6514').describe('Where the receiver listens.'),
    transport: z
      .enum(['udp', 'tcp', 'tls'])
      .default('tcp')
      .describe(
        'None is acknowledged: over UDP what is lost on the way is lost, over TCP and TLS what was on its way at a cut.',
      ),
    framing: z
      .enum(['octet-counting', 'newline'])
      .default('octet-counting')
      .describe(
        'How messages are told apart over TCP and TLS (RFC 6587). Some receivers, such as network() of syslog-ng, know newline only; line breaks within a message become spaces then.',
      ),
    facility: z.enum(facilities).default('local0').describe('What receivers sort messages by.'),
    enterprise: z
      .int()
      .min(1)
      .max(4_294_967_295)
      .default(32_473)
      .describe(
        'Private enterprise number in the names of structured data, `netstats@32473`. The default is that of examples; take your own where you have one.',
      ),
    appName: z
      .string()
      .min(1)
      .max(48)
      .regex(/^[\x21-\x7e]+$/)
      .meta({ expected: '1 to 48 printable characters of ASCII without spaces' })
      .default('netstats')
      .describe('Name of the program in messages that are no log lines; those have the name of their source.'),
    maxMessageBytes: z
      .int()
      .min(480)
      .max(65_000)
      .default(8192)
      .describe('Longer messages are cut, which is counted; receivers must take 2048 at least, over UDP 480.'),
    tls: tlsConfig,
    certFile: filePath().optional().describe('Certificate (PEM) to show to the receiver, for those that ask for one.'),
    keyFile: filePath().optional().describe('Private key (PEM) of that certificate.'),
  })
  .superRefine(({ certFile, keyFile, transport }, context) => {
    const fault = (key: string, message: string): void =>
      context.addIssue({ code: 'custom', path: [key], message, params: { fault: message } })
    if ((certFile === undefined) !== (keyFile === undefined))
      fault(certFile === undefined ? 'certFile' : 'keyFile', 'missing: a certificate and its key belong together')
    if (certFile !== undefined && transport !== 'tls') fault('certFile', 'is shown over TLS only; write transport: tls')
  })
export type SyslogConfig = z.output<typeof syslogConfig>
