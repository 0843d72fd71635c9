import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { agentConfig } from '@netstats/agent'
import { loadConfig } from '@netstats/runtime/config'
import { serverConfig } from '@netstats/server/configuration'
import { afterAll, describe, expect, it } from 'vitest'

const guides = join(import.meta.dirname, '../../../docs/guides')
const folder = mkdtempSync(join(tmpdir(), 'netstats-guides-'))
afterAll(() => rmSync(folder, { recursive: true }))

const schemas = { 'agent.yaml': agentConfig, 'server.yaml': serverConfig }

/** Blocks of YAML that say which file they are of, `# agent.yaml` or `# server.yaml`. */
const samples = readdirSync(guides)
  .filter((name) => name.endsWith('.md'))
  .flatMap((guide) =>
    [...readFileSync(join(guides, guide), 'utf8').matchAll(/^```yaml\n# (agent|server)\.yaml\n([\s\S]*?)^```/gm)].map(
      ([, of, text = ''], i) => ({ guide, i: i + 1, of: `${of}.yaml` as keyof typeof schemas, text }),
    ),
  )

describe('samples in the guides', () => {
  it('are there', () => expect(samples.length).toBeGreaterThan(5))

  it.each(samples)('$guide, $i: is a configuration that $of takes', ({ of, text }) => {
    const file = join(folder, of)
    writeFileSync(file, text)
    // Secrets by reference are there where it runs.
    const names = [...text.matchAll(/\{ env: (\w+) \}/g)].map(([, name = '']) => [name, 'https://example.org/secret'])
    const env = Object.fromEntries(names) as Readonly<Record<string, string>>
    expect(() => loadConfig({ schema: schemas[of], file, env })).not.toThrow()
  })
})
