import { createHash } from 'node:crypto'

/** A weak tag: equal for equal bodies, whatever compression a proxy puts on them. */
export const weakTag = (body: string): string => `W/"${createHash('sha1').update(body).digest('base64url')}"`

/** Whether `If-None-Match` names the tag; comparison is weak, as GET asks for. */
export const isNamedBy = (header: string | undefined, tag: string): boolean => {
  if (header === undefined) return false
  if (header.trim() === '*') return true
  const bare = tag.replace(/^W\//, '')
  return header.split(',').some((one) => one.trim().replace(/^W\//, '') === bare)
}
