/**
 * The ten minutes of docs/guides/alarms.md, as a newcomer types them. It takes as long as the rule for silent nodes waits:
 * a restart is no alarm.
 */
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { freePort, netstats, temporaryFolder, until } from './support/processes.ts'
import { startPosts } from './support/posts.ts'

interface SlackMessage {
  readonly attachments: readonly { readonly title: string; readonly text: string }[]
}

it('a newcomer is told by a chat that a node was stopped, and that it is back', async () => {
  const folder = temporaryFolder('guide')
  await using chat = await startPosts()
  const said = (): readonly { readonly title: string; readonly text: string }[] =>
    chat.posts.flatMap(({ bytes }) => (JSON.parse(bytes.toString('utf8')) as SlackMessage).attachments)
  const told = (title: string, text: string): Promise<true> =>
    until(
      title,
      () => Promise.resolve(said().some((one) => one.title === title && one.text.includes(text)) || undefined),
      undefined,
      180_000,
    )
  try {
    const port = await freePort()
    const data = join(folder, 'data')
    const start = ['demo', '--listen', `127.0.0.1:${port}`, '--data', data, '--script', 'calm']
    await using demo = netstats([...start, '--alarm-slack', chat.url], { NETSTATS_NODES_RECONNECT_GRACE: '0s' })
    const chain = await until('demo', async () => /ws:\/\/127\.0\.0\.1:\d+/.exec(demo.output())?.[0], demo)

    const test = netstats(['alarms', 'test', 'slack', '--data', join(data, 'server')])
    expect([await test.exit, test.output()]).toEqual([0, 'slack took the test message.\n'])
    await told('test: warning', 'nothing is wrong')

    const spare = ['agent', '--name', 'spare', '--rpc', chain, '--data', join(folder, 'spare')]
    const startSpare = () =>
      netstats([...spare, '--server', `ws://127.0.0.1:${port}`, '--secret-file', join(data, 'ethstats-secret')])
    const isThere = async (): Promise<true | undefined> => {
      const { networks } = (await (await fetch(`http://127.0.0.1:${port}/api/v1/networks`)).json()) as {
        networks: readonly { readonly active: number }[]
      }
      return networks.some(({ active }) => active === 8) || undefined
    }
    {
      await using agent = startSpare()
      await until('the spare node', isThere, agent)
      agent.kill('SIGINT')
      expect(await agent.exit).toBe(0)
    }
    await told('major: node-inactive', 'spare')
    await using _again = startSpare()
    await told('node-inactive cleared', 'spare')
    expect(said().map(({ title }) => title)).toEqual(['test: warning', 'major: node-inactive', 'node-inactive cleared'])
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})
