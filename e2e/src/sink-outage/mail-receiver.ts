import { SMTPServer } from 'smtp-server'
import { freePort } from '../support/processes.ts'

export interface MailReceiver {
  readonly port: number
  leave(): Promise<void>
  comeBack(): Promise<void>
}

/** The part for those who read no HTML. */
const plainText = (mail: string): string => {
  const part = mail.split(/\r\n--[^\r\n]+\r\n/).find((one) => one.includes('text/plain')) ?? ''
  const body = part.slice(part.indexOf('\r\n\r\n') + 4)
  if (/base64/i.test(part.slice(0, part.indexOf('\r\n\r\n')))) return Buffer.from(body, 'base64').toString('utf8')
  // The texts of these tests are ASCII: of quoted-printable only what joins lines matters, and the sign that marks it.
  return body.replaceAll('=\r\n', '').replaceAll('=3D', '=').replaceAll('\r\n', '\n')
}

/** A mail server; `take` has the text of a mail before it is acknowledged. */
export const openMailReceiver = async (take: (text: string) => void): Promise<MailReceiver> => {
  const port = await freePort()
  let server: SMTPServer | undefined
  const comeBack = async (): Promise<void> => {
    const opened = new SMTPServer({
      logger: false,
      disabledCommands: ['STARTTLS', 'AUTH'],
      closeTimeout: 50,
      onData(stream, _session, done) {
        const chunks: Buffer[] = []
        stream.on('data', (chunk: Buffer) => chunks.push(chunk))
        stream.once('end', () => {
          take(plainText(Buffer.concat(chunks).toString('utf8')))
          done()
        })
      },
    })
    opened.on('error', () => undefined)
    await new Promise<void>((resolve) => opened.listen(port, '127.0.0.1', resolve))
    server = opened
  }
  await comeBack()
  return {
    port,
    comeBack,
    async leave() {
      const closing = server
      server = undefined
      if (closing !== undefined) await new Promise<void>((resolve) => closing.close(resolve))
    },
  }
}
