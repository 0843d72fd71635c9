import { Secret, secret } from './secret.ts'

const longest = 2000

/** What is wrong with it, in words that do not repeat it; undefined where it is the URL of an HTTP endpoint. */
const faultOf = (text: string): string | undefined => {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (text.length > longest || /\s/.test(text) || url === undefined || !/^https?:$/.test(url.protocol))
    return 'is no URL that begins with http:// or https://'
  if (url.username !== '' || url.password !== '')
    return 'holds a name or password before the host; write them as `basic`'
  return undefined
}

/** A URL that is itself the key to what is behind it, as most webhooks are: by reference, and never shown. */
export const secretUrl = () =>
  secret().superRefine((value, context) => {
    // What could not be read has a fault of its own.
    if (!(value instanceof Secret)) return
    const fault = faultOf(value.reveal())
    if (fault !== undefined) context.addIssue({ code: 'custom', message: fault, params: { fault } })
  })
