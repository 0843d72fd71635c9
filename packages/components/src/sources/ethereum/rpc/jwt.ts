/** Tokens of the Engine API's form: HS256 over the time of the request, with a secret shared with the node. */
import { createHmac } from 'node:crypto'

/** The 32 bytes of a secret as clients write it to their file; undefined where the text is none. */
export const tryJwtSecret = (text: string): Buffer | undefined => {
  const digits = text.trim().replace(/^0x/i, '')
  return /^[0-9a-f]{64}$/i.test(digits) ? Buffer.from(digits, 'hex') : undefined
}

const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')
const header = encode({ alg: 'HS256', typ: 'JWT' })

/** A token good for about a minute: nodes refuse one whose time is further from theirs. */
export const jwtOf = (secret: Buffer, nowMs: number): string => {
  const text = `${header}.${encode({ iat: Math.floor(nowMs / 1000) })}`
  return `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`
}
