import { secret } from '@netstats/sdk/config'
import { z } from 'zod'
import { tlsConfig } from '../shared/tls.ts'

/** `ops@example.org` or `Netstats <netstats@example.org>`, on one line: an address must not begin a header of its own. */
const address = z
  .string()
  .max(320)
  .regex(/^(?:[^<>\p{Cc},;]*<[^\s<>@,;\p{Cc}]+@[^\s<>@,;\p{Cc}]+>|[^\s<>@,;\p{Cc}]+@[^\s<>@,;\p{Cc}]+)$/u)
  .meta({
    expected: 'a mail address such as ops@example.org or Netstats <netstats@example.org>',
    examples: ['ops@example.org'],
  })

export const emailConfig = z
  .strictObject({
    host: z
      .string()
      .min(1)
      .max(253)
      .regex(/^[\w.:-]+$/)
      .meta({ expected: 'the name or address of a mail server', examples: ['smtp.example.org'] })
      .describe('Mail server that takes messages.'),
    port: z
      .int()
      .min(1)
      .max(65_535)
      .optional()
      .describe('Its port (default: 587, with security tls 465, with none 25).'),
    security: z
      .enum(['starttls', 'tls', 'none'])
      .default('starttls')
      .describe(
        'How the connection is encrypted: starttls insists on it and sends nothing before, tls begins with it, none sends in plain text.',
      ),
    user: z.string().min(1).max(320).optional().describe('Name to log in with.'),
    password: secret()
      .meta({ examples: ['{ file: /etc/netstats/smtp-password }'] })
      .optional()
      .describe('Password of that name.'),
    from: address.describe('Who it is from.'),
    to: z.array(address).min(1).max(50).describe('Who gets it.'),
    subject: z
      .string()
      .min(1)
      .max(300)
      .regex(/^[^\p{Cc}]*$/u)
      .default('[Netstats] {{summary}}')
      .describe('Subject; `{{summary}}` is the most severe thing in it, `{{count}}` how many there are.'),
    tls: tlsConfig,
  })
  .superRefine(({ user, password, security }, context) => {
    const fault = (key: string, message: string): void =>
      context.addIssue({ code: 'custom', path: [key], message, params: { fault: message } })
    if ((user === undefined) !== (password === undefined))
      fault(user === undefined ? 'user' : 'password', 'missing: a name and its password belong together')
    if (password !== undefined && security === 'none')
      fault('security', 'the password would be readable by all on the way; write starttls or tls')
  })
export type EmailConfig = z.output<typeof emailConfig>
