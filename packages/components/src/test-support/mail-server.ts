/** A mail server that remembers what it is given, and can be silent or away. */
import { once } from 'node:events'
import { createServer } from 'node:net'
import type { AddressInfo, Server, Socket } from 'node:net'
import { SMTPServer } from 'smtp-server'
import type { SMTPServerOptions } from 'smtp-server'
import type { PeerMood } from '@netstats/sdk/testing'

export interface ReceivedMail {
  readonly from: string
  readonly to: readonly string[]
  readonly secure: boolean
  readonly user: string | undefined
  readonly subject: string
  readonly messageId: string
  readonly text: string
  readonly html: string
}

export interface MailServerOptions {
  readonly login?: { readonly user: string; readonly password: string }
  readonly withoutTls?: boolean
  readonly refuse?: { readonly address: string; readonly code: number }
}

export interface MailServer extends AsyncDisposable {
  readonly port: number
  readonly received: readonly ReceivedMail[]
  mood(mood: PeerMood): Promise<void>
}

/** Header lines that go on are joined, and words of another character set read. */
const headerOf = (mail: string, name: string): string => {
  const [head = ''] = mail.split('\r\n\r\n', 1)
  const line = new RegExp(`^${name}: ((?:.*)(?:\\r\\n[ \\t].*)*)`, 'im').exec(head)?.[1] ?? ''
  return line
    .replaceAll(/\?=\s+=\?/g, '?==?')
    .replaceAll(/\r\n[ \t]+/g, ' ')
    .replaceAll(/=\?utf-8\?(q|b)\?([^?]*)\?=/gi, (_, form: string, text: string) =>
      form.toLowerCase() === 'b' ? Buffer.from(text, 'base64').toString('utf8') : quoted(text.replaceAll('_', ' ')),
    )
}

const quoted = (text: string): string =>
  Buffer.from(
    text
      .replaceAll(/=\r?\n/g, '')
      .replaceAll(/=([0-9A-F]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
    'latin1',
  ).toString('utf8')

const partOf = (mail: string, type: string): string => {
  const part =
    mail.split(/\r\n--[^\r\n]+(?:\r\n|--)/).find((one) => one.toLowerCase().includes(`content-type: ${type}`)) ?? ''
  const body = part.slice(part.indexOf('\r\n\r\n') + 4)
  const encoding = /content-transfer-encoding: (\S+)/i.exec(part)?.[1]?.toLowerCase()
  const text =
    encoding === 'base64'
      ? Buffer.from(body, 'base64').toString('utf8')
      : encoding === 'quoted-printable'
        ? quoted(body)
        : body
  return text.replaceAll('\r\n', '\n')
}

const refusal = (code: number): Error => Object.assign(new Error('not here'), { responseCode: code })

export const startMailServer = async ({ login, withoutTls, refuse }: MailServerOptions = {}): Promise<MailServer> => {
  const received: ReceivedMail[] = []
  // Without a certificate it brings one that it signs itself.
  const options: SMTPServerOptions = {
    logger: false,
    authOptional: login === undefined,
    disabledCommands: [...(withoutTls ? ['STARTTLS'] : []), ...(login === undefined ? ['AUTH'] : [])],
    closeTimeout: 100,
    onAuth({ username, password }, _session, done) {
      const isRight = username === login?.user && password === login?.password
      if (isRight) done(null, { user: username })
      else done(Object.assign(new Error('Invalid username or password'), { responseCode: 535 }))
    },
    onRcptTo({ address }, _session, done) {
      done(refuse?.address === address ? refusal(refuse.code) : null)
    },
    onData(stream, session, done) {
      const chunks: Buffer[] = []
      stream.on('data', (chunk: Buffer) => chunks.push(chunk))
      stream.once('end', () => {
        const mail = Buffer.concat(chunks).toString('utf8')
        const { mailFrom, rcptTo } = session.envelope
        received.push({
          from: mailFrom === false ? '' : mailFrom.address,
          to: rcptTo.map(({ address }) => address),
          secure: session.secure,
          user: session.user,
          subject: headerOf(mail, 'Subject'),
          messageId: headerOf(mail, 'Message-ID'),
          text: partOf(mail, 'text/plain'),
          html: partOf(mail, 'text/html'),
        })
        done()
      })
    },
  }
  const listen = async (server: { listen(port: number, host: string, done: () => void): unknown }, port: number) =>
    new Promise<void>((resolve) => void server.listen(port, '127.0.0.1', resolve))
  let smtp: SMTPServer | undefined
  let silent: { readonly server: Server; readonly sockets: Set<Socket> } | undefined
  const openSmtp = async (port: number): Promise<SMTPServer> => {
    const opened = new SMTPServer(options)
    opened.on('error', () => undefined)
    await listen(opened, port)
    smtp = opened
    return opened
  }
  const openSilent = async (port: number): Promise<void> => {
    const sockets = new Set<Socket>()
    const server = createServer((socket) => {
      sockets.add(socket)
      socket.on('error', () => undefined)
    })
    await listen(server, port)
    silent = { server, sockets }
  }
  const close = async (): Promise<void> => {
    const closing = smtp
    smtp = undefined
    if (closing !== undefined) await new Promise<void>((resolve) => closing.close(resolve))
    const quiet = silent
    silent = undefined
    if (quiet === undefined) return
    for (const socket of quiet.sockets) socket.destroy()
    const closed = once(quiet.server, 'close')
    quiet.server.close()
    await closed
  }
  const { port } = (await openSmtp(0)).server.address() as AddressInfo
  return {
    port,
    received,
    async mood(mood) {
      await close()
      if (mood === 'silent') await openSilent(port)
      else if (mood === 'well') await openSmtp(port)
    },
    [Symbol.asyncDispose]: close,
  }
}
