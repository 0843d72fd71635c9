/**
 * What is signed, as text; its UTF-8 bytes are. Each begins with its purpose, so that a signature of one serves no other,
 * and no field before `lines` can hold a line break, so that each text can be read in one way only.
 */
import type { Hello } from './messages.ts'

/** Proves the key of `hello` to the server that made up `nonce`. */
export const loginText = (nonce: string, hello: Pick<Hello, 'agent' | 'node' | 'spool'>): string =>
  `netstats.v1 login\n${nonce}\n${hello.agent}\n${hello.node}\n${hello.spool}`

/** `lines`: everything after the frame's first line break, as sent. */
export const batchText = (session: string, number: number, after: number, lines: string): string =>
  `netstats.v1 batch\n${session}\n${number}\n${after}\n${lines}`

export const nowText = (session: string, number: number, lines: string): string =>
  `netstats.v1 now\n${session}\n${number}\n${lines}`

export const answerText = (session: string, id: number, missing: readonly number[], lines: string): string =>
  `netstats.v1 answer\n${session}\n${id}\n${missing.join(',')}\n${lines}`
