/** What requests to the endpoint of another system carry besides: headers, and a login to what stands in front of it. */
import { z } from 'zod'
import { secret } from './secret.ts'
import type { Secret } from './secret.ts'

/** Given by the connection itself: another value of these would break it, or mean another host. */
const ownHeaders =
  /^(?:host|connection|upgrade|content-length|content-type|content-encoding|transfer-encoding|te|trailer|expect|keep-alive|sec-websocket-.+)$/i
const headerName = /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}$/
const printable = /^[\t\u0020-\u007e\u0080-\u00ff]*$/
const maxHeaders = 20

const headerFault = (name: string, value: Secret): string | undefined => {
  if (!headerName.test(name)) return 'is no name of a header; letters, digits and - are usual'
  if (ownHeaders.test(name)) return 'is set by the connection itself; leave it out'
  return textFault(value)
}

const textFault = (value: Secret): string | undefined =>
  printable.test(value.reveal()) ? undefined : 'holds a line break or another character that no header may carry'

const headers = z
  .record(z.string(), secret().describe('Value of the header of this name.'))
  .superRefine((given, context) => {
    const fault = (path: readonly string[], text: string): void =>
      context.addIssue({ code: 'custom', path: [...path], message: text, params: { fault: text } })
    const names = Object.keys(given)
    if (names.length > maxHeaders) fault([], `found ${names.length} headers, expected at most ${maxHeaders}`)
    for (const [name, value] of Object.entries(given)) {
      const wrong = headerFault(name, value)
      if (wrong !== undefined) fault([name], wrong)
      const twin = names.find((one) => one !== name && one.toLowerCase() === name.toLowerCase())
      if (twin !== undefined && names.indexOf(twin) < names.indexOf(name))
        fault([name], `is given twice, as ${twin} too`)
    }
  })
  .meta({ examples: ['{ X-Api-Key: { env: NETSTATS_API_KEY } }'] })
  .optional()
  .describe(
    'Headers sent with every request and connection, for what stands in front of it; each value is text, { env: NAME } or { file: PATH }, and no log shows it.',
  )

const checked = () =>
  secret().superRefine((value, context) => {
    const fault = textFault(value)
    if (fault !== undefined) context.addIssue({ code: 'custom', message: fault, params: { fault } })
  })

const basic = z
  .strictObject({
    user: z
      .string()
      .min(1)
      .max(200)
      .regex(/^[^:\p{Cc}]*$/u)
      .meta({ expected: 'a name of 1 to 200 characters without a colon', examples: ['agent'] })
      .describe('Name that is asked for.'),
    password: secret()
      .meta({ examples: ['{ file: /etc/netstats/proxy-password }'] })
      .describe('Password of that name.'),
  })
  .optional()
  .describe('Name and password (HTTP basic) for a proxy or gateway that asks for them.')

const bearer = checked()
  .meta({ examples: ['{ env: NETSTATS_PROXY_TOKEN }'] })
  .optional()
  .describe('Token sent as `Authorization: Bearer …` to a proxy or gateway that asks for one.')

/** The keys of a configuration that say how to get past what stands in front of an endpoint; spread into its schema. */
export const requestCredentials = { headers, basic, bearer }

export interface RequestCredentials {
  readonly headers?: Readonly<Record<string, Secret>> | undefined
  readonly basic?: { readonly user: string; readonly password: Secret } | undefined
  readonly bearer?: Secret | undefined
}

/** Options with `requestCredentials` among them: refuses credentials that contradict each other. */
export const withoutContradictions = <Schema extends z.ZodType<RequestCredentials>>(options: Schema): Schema =>
  options.superRefine((given, context) => {
    const fault = credentialsFault(given)
    if (fault) context.addIssue({ code: 'custom', path: [fault.key], message: fault.message })
  })

/** Why these contradict each other, and at which key; undefined where they do not. */
export const credentialsFault = (
  given: RequestCredentials,
): { readonly key: keyof RequestCredentials; readonly message: string } | undefined => {
  const named = Object.keys(given.headers ?? {}).some((name) => name.toLowerCase() === 'authorization')
  if (given.basic !== undefined && given.bearer !== undefined)
    return { key: 'bearer', message: 'a request has room for one login; keep `basic` or `bearer`' }
  if (named && (given.basic ?? given.bearer) !== undefined)
    return { key: 'headers', message: '`basic` and `bearer` write the header Authorization; keep one of them' }
  return undefined
}

/** The headers to send, in lower case. This is where the secrets leave their cover: never log the outcome. */
export const requestHeaders = (given: RequestCredentials): Record<string, string> => {
  const out: Record<string, string> = {}
  for (const [name, value] of Object.entries(given.headers ?? {})) out[name.toLowerCase()] = value.reveal()
  if (given.basic !== undefined) {
    const { user, password } = given.basic
    out['authorization'] = `Basic ${Buffer.from(`${user}:${password.reveal()}`).toString('base64')}`
  } else if (given.bearer !== undefined) out['authorization'] = `Bearer ${given.bearer.reveal()}`
  return out
}
