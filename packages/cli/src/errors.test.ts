import { BaseError } from '@netstats/protocol'
import { ConfigError } from '@netstats/sdk/config'
import { describe, expect, it } from 'vitest'
import { explain, usageError } from './errors.ts'

const system = (code: string, facts: object = {}): Error => Object.assign(new Error(code), { code, ...facts })

describe('explanations', () => {
  it('give a line for each fault of a configuration, and call it wrong use', () => {
    const faults = [
      { origin: 'f', line: 1, column: 2, path: 'a', message: 'x' },
      { origin: '--b', path: '', message: 'y' },
    ]
    expect(explain(new ConfigError(faults))).toEqual({ lines: ['f:1:2: a: x', '--b: y'], exitCode: 2 })
  })

  it.each([
    [system('EADDRINUSE', { address: '::', port: 80 }), '[::]:80 is in use'],
    [system('EADDRNOTAVAIL', { address: '9.9.9.9', port: 80 }), '9.9.9.9:80 is not an address of this machine'],
    [system('EACCES', { address: '0.0.0.0', port: 80 }), 'may not listen on 0.0.0.0:80; choose a port above 1023'],
    [system('EACCES', { path: '/x' }), '/x cannot be used: permission denied'],
    [system('ENOSPC', { path: '/x' }), 'no space is left on the disk of /x'],
    [system('EROFS'), 'read-only file system'],
  ])('name the cure of %s', (error, words) => {
    const { lines, exitCode } = explain(error)
    expect(lines).toHaveLength(1)
    expect(lines[0]).toContain(words)
    expect(exitCode).toBe(1)
  })

  it('find the known fault behind another', () => {
    const cause = system('EADDRINUSE', { address: '127.0.0.1', port: 1 })
    expect(explain(new BaseError('X_Y', 'outer', { cause })).lines[0]).toContain('127.0.0.1:1 is in use')
  })

  it('fall back to message and code, and ask for a report of what nobody foresaw', () => {
    expect(explain(new BaseError('X_Y', 'It broke.')).lines).toEqual(['netstats: It broke. (X_Y)'])
    expect(explain(usageError('so not')).exitCode).toBe(2)
    expect(explain(new TypeError('oops')).lines[0]).toMatch(
      /^netstats: unexpected fault, please report it: TypeError: oops/,
    )
    expect(explain('text').lines[0]).toContain('text')
  })
})
