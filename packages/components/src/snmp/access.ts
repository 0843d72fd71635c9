/** How a component is let in by SNMP: a community (version 2c) or a user with keys (version 3). */
import { secret } from '@netstats/sdk/config'
import type { Secret } from '@netstats/sdk/config'
import { z } from 'zod'

export const authProtocols = ['md5', 'sha', 'sha224', 'sha256', 'sha384', 'sha512'] as const
export const privacyProtocols = ['des', 'aes', 'aes256', 'aes256-reeder'] as const

/** RFC 3414, 11.2: shorter ones are refused by agents, with an error that says nothing. */
const leastKey = 8

const key = (what: string) =>
  secret()
    .superRefine((value: Secret, context) => {
      if (value.reveal().length >= leastKey) return
      const fault = `is shorter than the ${leastKey} characters that SNMP asks for`
      context.addIssue({ code: 'custom', message: fault, params: { fault } })
    })
    .meta({ examples: ['{ file: /etc/netstats/snmp-key }'] })
    .optional()
    .describe(what)

const shape = {
  name: z
    .string()
    .min(1)
    .max(32)
    .meta({ examples: ['netstats'] })
    .describe('Name of the user (USM).'),
  auth: z
    .enum(authProtocols)
    .optional()
    .describe(
      'Protocol that authenticates; md5 and sha are for devices that know no other. Without it nothing is checked.',
    ),
  authKey: key('Passphrase of authentication.'),
  privacy: z
    .enum(privacyProtocols)
    .optional()
    .describe(
      'Protocol that encrypts; aes is AES-128. With sha or md5 the two forms of AES-256 differ: aes256 extends keys as net-snmp does, aes256-reeder as Cisco does.',
    ),
  privacyKey: key('Passphrase of encryption.'),
}

/** A user of SNMP version 3. */
export const snmpUser = () =>
  z.strictObject(shape).superRefine((user, context) => {
    const fault = (path: string, text: string): void =>
      context.addIssue({ code: 'custom', path: [path], message: text, params: { fault: text } })
    if (user.auth !== undefined && user.authKey === undefined)
      fault('authKey', 'missing, expected the passphrase that goes with `auth`')
    if (user.auth === undefined && user.authKey !== undefined)
      fault('auth', 'missing, expected the protocol that goes with `authKey`')
    if (user.privacy !== undefined && user.privacyKey === undefined)
      fault('privacyKey', 'missing, expected the passphrase that goes with `privacy`')
    if (user.privacy === undefined && user.privacyKey !== undefined)
      fault('privacy', 'missing, expected the protocol that goes with `privacyKey`')
    if (user.privacy !== undefined && user.auth === undefined)
      fault('auth', 'missing: SNMP encrypts only what is authenticated')
  })
export type SnmpUser = z.output<ReturnType<typeof snmpUser>>

export const snmpCommunity = () =>
  secret()
    .meta({ examples: ['{ env: NETSTATS_SNMP_COMMUNITY }'] })
    .optional()
    .describe(
      'Community of version 2c. It travels in clear text: use a user of version 3 across networks that others can read.',
    )

/** Community or user, as the host has checked them. */
export interface SnmpAccess {
  readonly community?: Secret | undefined
  readonly user?: SnmpUser | undefined
}

/** Options with `community` and `user` among them, of which one must be given. */
export const accessFault = ({ community, user }: SnmpAccess): { path: string; message: string } | undefined => {
  if (community === undefined && user === undefined)
    return { path: 'community', message: 'missing, expected `community` (version 2c) or `user` (version 3)' }
  if (community !== undefined && user !== undefined)
    return { path: 'user', message: 'a peer is asked in one version; keep `community` or `user`' }
  return undefined
}
