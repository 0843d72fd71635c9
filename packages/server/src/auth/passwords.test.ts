import { randomBytes, scryptSync } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { checkPassword, createPasswords, defaultCost } from './passwords.ts'
import { quickPasswords } from './testing/folder.ts'

/** As versions before argon2id kept it. */
const keptByScrypt = (password: string): string => {
  const salt = randomBytes(16)
  const hash = scryptSync(password, salt, 32, { N: 16, r: 8, p: 1 })
  return ['scrypt', 16, 8, 1, salt.toString('base64'), hash.toString('base64')].join('$')
}

describe('passwords', () => {
  it('are kept with salt and parameters, and found right or wrong', async () => {
    const passwords = quickPasswords()
    const kept = await passwords.hash('correct horse battery')
    expect(kept).toMatch(/^\$argon2id\$v=19\$m=8,t=1,p=1\$[\w+/]{22}\$[\w+/]{43}$/)
    expect(await passwords.hash('correct horse battery')).not.toBe(kept)
    expect(await passwords.verify('correct horse battery', kept)).toBe(true)
    expect(await passwords.verify('correct horse batterz', kept)).toBe(false)
    // The same letters, put together in another way.
    const composed = await passwords.hash('käse für alle')
    expect(await passwords.verify('käse für alle'.normalize('NFD'), composed)).toBe(true)
  })

  it('take what OWASP asks of argon2id at least', async () => {
    expect(defaultCost).toMatchObject({ memory: 19_456, passes: 2, lanes: 1 })
    const passwords = createPasswords()
    const kept = await passwords.hash('correct horse battery')
    expect(kept).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/)
    expect(await passwords.verify('correct horse battery', kept)).toBe(true)
  })

  it('are never right for nobody, nor for what is not understood', async () => {
    const passwords = quickPasswords()
    for (const kept of [undefined, '', 'x', 'scrypt$16$8$1$$', 'bcrypt$1$2$3$4$5', '$argon2id$v=19$m=8,t=1,p=1$$'])
      expect(await passwords.verify('anything at all', kept)).toBe(false)
  })

  it('made in another way still hold, and are known to be dated', async () => {
    const kept = await quickPasswords().hash('correct horse battery')
    const stronger = createPasswords({ memory: 16, passes: 1, lanes: 1 })
    expect(await stronger.verify('correct horse battery', kept)).toBe(true)
    expect([stronger.isDated(kept), quickPasswords().isDated(kept)]).toEqual([true, false])
    const old = keptByScrypt('correct horse battery')
    expect(await stronger.verify('correct horse battery', old)).toBe(true)
    expect(await stronger.verify('correct horse batterz', old, undefined, true)).toBe(false)
    expect(stronger.isDated(old)).toBe(true)
  })

  it('must be long enough, and not without end', () => {
    expect(checkPassword('ten chars!')).toBe('ten chars!')
    for (const bad of ['', 'short', 'nine char', 'x'.repeat(1025)])
      expect(() => checkPassword(bad)).toThrow(expect.objectContaining({ code: 'AUTH_PASSWORD_WEAK' }))
  })
})
