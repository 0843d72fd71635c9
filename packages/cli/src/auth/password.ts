/** Passwords as a person types them, or as a script hands them over: never on the command line, where others see them. */
import { readFileSync } from 'node:fs'
import type { ReadStream } from 'node:tty'
import { CliError, usageError } from '../errors.ts'
import type { Io } from '../io.ts'

type Input = Pick<ReadStream, 'isTTY' | 'setRawMode' | 'on' | 'off' | 'resume' | 'pause' | 'setEncoding'>

const mostBytes = 4096

export const readPassword = async (
  file: string | undefined,
  io: Pick<Io, 'err' | 'shutdown'>,
  input: Input = process.stdin,
): Promise<string> => {
  if (file !== undefined) return firstLine(readFileSync(file, 'utf8'))
  if (!input.isTTY) return firstLine(await readAll(input))
  const password = await ask('Password: ', input, io)
  if ((await ask('Again: ', input, io)) !== password) throw usageError('the two passwords are not the same')
  return password
}

const firstLine = (text: string): string => {
  const line = text.split(/\r?\n/, 1)[0] ?? ''
  if (line === '')
    throw usageError('no password was given: type it, or pass it on standard input or in --password-file')
  return line
}

const readAll = (input: Input): Promise<string> =>
  new Promise((resolve, reject) => {
    let text = ''
    input.setEncoding('utf8')
    input.on('data', (chunk: string) => {
      text += chunk
      if (text.length > mostBytes) reject(usageError('what came on standard input is too long for a password'))
    })
    input.on('end', () => resolve(text))
    input.on('error', reject)
  })

/** Without an echo; Ctrl-C and Ctrl-D end it. */
const ask = (prompt: string, input: Input, { shutdown }: Pick<Io, 'shutdown'>): Promise<string> =>
  new Promise((resolve, reject) => {
    let typed = ''
    const end = (): void => {
      input.off('data', onData)
      input.setRawMode(false)
      input.pause()
      process.stderr.write('\n')
    }
    const onData = (chunk: string): void => {
      for (const char of chunk) {
        if (char === '\r' || char === '\n') {
          end()
          return resolve(typed)
        }
        if (char === '\u0003' || char === '\u0004') {
          end()
          return reject(new CliError('CLI_CANCELLED', 'nothing was changed'))
        }
        if (char === '\u007f' || char === '\b') typed = typed.replace(/.$/su, '')
        else if (char >= ' ') typed += char
      }
    }
    process.stderr.write(prompt)
    input.setEncoding('utf8')
    input.setRawMode(true)
    input.on('data', onData)
    input.resume()
    shutdown.signal.addEventListener(
      'abort',
      () => (end(), reject(new CliError('CLI_CANCELLED', 'nothing was changed'))),
      {
        once: true,
      },
    )
  })
