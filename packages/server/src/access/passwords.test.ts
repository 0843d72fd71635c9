import { describe, expect, it } from 'vitest'
import { checkPassword, createPasswords } from './passwords.ts'
import { quickPasswords } from './testing/folder.ts'

describe('passwords', () => {
  it('are kept with salt and parameters, and found right or wrong', async () => {
    const passwords = quickPasswords()
    const kept = await passwords.hash('correct horse battery')
    expect(kept).toMatch(/^scrypt\$16\$8\$1\$[\w+/=]{24}\$[\w+/=]{44}$/)
    expect(await passwords.hash('correct horse battery')).not.toBe(kept)
    expect(await passwords.verify('correct horse battery', kept)).toBe(true)
    expect(await passwords.verify('correct horse batterz', kept)).toBe(false)
    // The same letters, put together in another way.
    const composed = await passwords.hash('käse für alle')
    expect(await passwords.verify('käse für alle'.normalize('NFD'), composed)).toBe(true)
  })

  it('are never right for nobody, nor for what is not understood', async () => {
    const passwords = quickPasswords()
    for (const kept of [undefined, '', 'x', 'scrypt$16$8$1$$', 'bcrypt$1$2$3$4$5'])
      expect(await passwords.verify('anything at all', kept)).toBe(false)
  })

  it('made with other parameters still hold, and are known to be dated', async () => {
    const kept = await quickPasswords().hash('correct horse battery')
    const stronger = createPasswords({ n: 32, r: 8, p: 1 })
    expect(await stronger.verify('correct horse battery', kept)).toBe(true)
    expect([stronger.isDated(kept), quickPasswords().isDated(kept)]).toEqual([true, false])
  })

  it('are tried a few at a time; who comes when all places are taken is told to come again', async () => {
    const passwords = quickPasswords()
    const tries = await Promise.allSettled(Array.from({ length: 30 }, () => passwords.verify('a', undefined)))
    const refused = tries.filter((one) => one.status === 'rejected')
    expect(refused).toHaveLength(12)
    expect(refused[0]?.reason).toMatchObject({ code: 'ACCESS_BUSY', retryable: true })
    expect(await passwords.verify('a', undefined)).toBe(false)
  })

  it('must be long enough, and not without end', () => {
    expect(checkPassword('ten chars!')).toBe('ten chars!')
    for (const bad of ['', 'short', 'nine char', 'x'.repeat(1025)])
      expect(() => checkPassword(bad)).toThrow(expect.objectContaining({ code: 'ACCESS_PASSWORD_WEAK' }))
  })
})
