import { createPublicKey, generateKeyPairSync, sign } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { createVerify } from './verify.ts'

const makePair = () => {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519')
  const raw = publicKey.export({ format: 'der', type: 'spki' }).subarray(-32)
  return {
    text: raw.toString('base64'),
    publicKey,
    sign: (message: string) => sign(null, Buffer.from(message), privateKey).toString('base64'),
  }
}

describe('the check of a session’s signatures', () => {
  it('says true for the key’s own signature, and false for everything else', () => {
    const [one, other] = [makePair(), makePair()]
    const verify = createVerify()
    expect(verify(one.text, 'a', one.sign('a'))).toBe(true)
    const wrong = [
      verify(one.text, 'b', one.sign('a')),
      verify(other.text, 'a', one.sign('a')),
      verify('', 'a', one.sign('a')),
      verify('AAAA', 'a', one.sign('a')),
      verify(one.text, 'a', ''),
      verify(one.text, 'a', 'no base64'),
    ]
    expect(wrong).toEqual(wrong.map(() => false))
    expect(verify(one.text, 'a', one.sign('a'))).toBe(true)
  })

  it('reads a key once a session, however many invented ones other sessions show', () => {
    const pair = makePair()
    const imported: string[] = []
    const read = (text: string) => {
      imported.push(text)
      return createPublicKey(pair.publicKey.export({ format: 'pem', type: 'spki' }))
    }
    const mine = createVerify(read)
    for (let i = 0; i < 50; i++) {
      expect(mine(pair.text, `batch ${i}`, pair.sign(`batch ${i}`))).toBe(true)
      createVerify(read)(`invented ${i}`, 'x', 'y')
    }
    expect(imported.filter((text) => text === pair.text)).toHaveLength(1)
  })
})
