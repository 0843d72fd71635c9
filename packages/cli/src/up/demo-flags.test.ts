import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { builtinScripts } from '@netstats/simulator/scripts'
import { afterAll, describe, expect, it } from 'vitest'
import { demoPlan } from './demo-flags.ts'

const folder = mkdtempSync(join(tmpdir(), 'netstats-demo-'))
afterAll(() => rmSync(folder, { recursive: true }))
const fileOf = (name: string, text: string): string => {
  const path = join(folder, name)
  writeFileSync(path, text)
  return path
}
const faultOf = (script: string): string => {
  try {
    demoPlan({ script })
  } catch (error) {
    return String(error instanceof Error ? error.message : error).replaceAll(`${folder}/`, '')
  }
  return ''
}

describe('a demo', () => {
  it('is a tour of five validators of QBFT unless told', () => {
    expect(demoPlan({})).toMatchObject({
      cast: { engine: 'qbft', validators: 5, candidates: 2 },
      period: 2,
      scriptName: 'tour',
    })
  })

  it('plays what is in a file', () => {
    const script = fileOf('good.yaml', 'repeat: 2m\nscenes:\n  - { at: 5s, do: stop, node: validator-1 }\n')
    expect(demoPlan({ script }).script).toEqual({ repeatAfter: 120, scenes: [{ after: 5, do: 'stop', node: 0 }] })
    const json = fileOf('good.json', '{"scenes": [{"at": "1m", "do": "heal"}]}')
    expect(demoPlan({ script: json }).script).toEqual({ scenes: [{ after: 60, do: 'heal' }] })
  })

  it('plays the sample of the guide', () => {
    const guide = readFileSync(join(import.meta.dirname, '../../../../docs/guides/demo.md'), 'utf8')
    const [, sample = ''] = /^```yaml\n([\s\S]*?)^```/m.exec(guide) ?? []
    expect(demoPlan({ script: fileOf('sample.yaml', sample) }).script.scenes.length).toBeGreaterThan(5)
  })

  it('says what is wrong with a script, and where', () => {
    expect(faultOf(fileOf('a.yaml', 'scenes:\n  - { at: 5, do: stop, node: validator-1 }\n'))).toContain('a.yaml:2:')
    expect(faultOf(fileOf('b.yaml', 'scenes: [{ at: 5s, do: stop, node: validator-9 }]'))).toContain(
      'b.yaml: no node "validator-9"',
    )
    expect(faultOf(fileOf('c.yaml', 'scenes: [{ at: 5s, do: explode }]'))).toContain('expected one of stop, start')
    expect(faultOf('nowhere')).toContain(`expected a file or one of ${Object.keys(builtinScripts).join(', ')}`)
  })
})
