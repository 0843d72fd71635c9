import { describe, expect, it } from 'vitest'
import type { AlarmRecord, Silence } from '@netstats/protocol/feed'
import { createAlarmStage, network } from '../alarms/testing/alarm-stage.ts'
import type { AlarmStage } from '../alarms/testing/alarm-stage.ts'
import { openAdminApi } from './admin/testing/app.ts'
import type { AdminApi } from './admin/testing/app.ts'

interface Page {
  readonly alarms: readonly AlarmRecord[]
  readonly counts: Readonly<Record<string, number>>
  readonly next: string | null
}

const raise = (stage: AlarmStage, alarm: string, step: 'raised' | 'cleared' = 'raised'): void =>
  stage.report('a', { alarm, type: alarm, severity: 2, message: 'full', step })

const begin = async (): Promise<AsyncDisposable & { readonly stage: AlarmStage; readonly api: AdminApi }> => {
  // The time of the API.
  const stage = await createAlarmStage({ start: 1_700_000_000_000 })
  stage.connect('a')
  const api = await openAdminApi({}, undefined, stage.alarms)
  return {
    stage,
    api,
    async [Symbol.asyncDispose]() {
      await api[Symbol.asyncDispose]()
      await stage[Symbol.asyncDispose]()
    },
  }
}

const codeOf = (answer: { json: () => unknown }): unknown => (answer.json() as { readonly code?: unknown }).code

describe('alarms over REST', () => {
  it('are listed newest first, page by page, and each has its steps', async () => {
    await using t = await begin()
    const { api, stage } = t
    for (const name of ['x1', 'x2', 'x3']) raise(stage, name)
    await stage.pass(1)
    raise(stage, 'x2', 'cleared')
    await stage.pass(1)
    const page = async (path: string): Promise<Page> => (await api.ask('GET', path)).json<Page>()
    const all = await page('/alarms')
    expect(all.alarms.map(({ rule, state }) => [rule, state])).toEqual([
      ['x3', 'raised'],
      ['x2', 'cleared'],
      ['x1', 'raised'],
    ])
    expect([all.next, all.counts['major']]).toEqual([null, 2])
    expect((await page('/alarms?open=true')).alarms.map(({ rule }) => rule)).toEqual(['x3', 'x1'])
    expect((await page('/alarms?open=false&severity=major')).alarms.map(({ rule }) => rule)).toEqual(['x2'])
    expect((await page(`/alarms?network=${network}&node=b`)).alarms).toEqual([])
    expect((await page('/alarms?parent=nobody')).alarms).toEqual([])
    expect((await page('/alarms?parent=none')).alarms).toEqual(all.alarms)
    const at = all.alarms[0]?.startsAt ?? 0
    expect((await page(`/alarms?network=${network}&from=${at}&to=${at + 1}`)).alarms).toEqual(all.alarms)
    for (const range of [`from=${at + 1}`, `to=${at}`]) expect((await page(`/alarms?${range}`)).alarms).toEqual([])
    const first = await page('/alarms?limit=2')
    const rest = await page(first.next?.replace('/api/v1', '') ?? '')
    expect([...first.alarms, ...rest.alarms]).toEqual(all.alarms)
    const one = await api.ask('GET', `/alarms/${all.alarms[1]?.id}`)
    expect(one.json<{ steps: { name: string }[] }>().steps.map(({ name }) => name)).toEqual(['raised', 'cleared'])
    expect(codeOf(await api.ask('GET', '/alarms/none'))).toBe('API_ALARM_UNKNOWN')
  })

  it('are acknowledged and silenced by operators, which the audit log has', async () => {
    await using t = await begin()
    const { api, stage } = t
    raise(stage, 'x')
    await stage.pass(1)
    const id = stage.alarms.open(undefined, 1).alarms[0]?.id
    const path = `/alarms/${id}/acknowledge`
    expect((await api.ask('POST', path, { as: 'viewer', body: {} })).statusCode).toBe(403)
    const done = await api.ask('POST', path, { as: 'operator', body: { comment: 'on it' } })
    expect(done.json()).toMatchObject({
      state: 'acknowledged',
      acknowledgement: { by: 'script-operator', comment: 'on it', until: null },
    })
    expect((await api.ask('DELETE', path, { as: 'operator' })).json()).toMatchObject({ state: 'raised' })
    expect(codeOf(await api.ask('POST', path, { as: 'operator', body: { until: 1 } }))).toBe('API_BODY_INVALID')
    expect(codeOf(await api.ask('POST', '/alarms/x/acknowledge', { as: 'operator', body: {} }))).toBe(
      'API_ALARM_UNKNOWN',
    )
    const until = api.test.clock.now() + 3_600_000
    const silence = (
      await api.ask('POST', '/silences', { as: 'operator', body: { match: { node: 'a' }, until } })
    ).json<Silence>()
    expect(silence).toMatchObject({ kind: 'silence', by: 'script-operator', match: { node: 'a' }, until })
    expect((await api.ask('GET', '/silences')).json()).toEqual({ silences: [silence] })
    await api.ask('DELETE', `/silences/${silence.id}`, { as: 'operator' })
    expect((await api.ask('GET', '/silences')).json()).toEqual({ silences: [] })
    expect(codeOf(await api.ask('DELETE', '/silences/none', { as: 'operator' }))).toBe('API_SILENCE_UNKNOWN')
    const audit = (await api.ask('GET', '/admin/audit?limit=4', { as: 'admin' })).json<{
      entries: { action: string }[]
    }>()
    expect(audit.entries.map(({ action }) => action)).toEqual([
      'silence-remove',
      'silence-add',
      'alarm-unacknowledge',
      'alarm-acknowledge',
    ])
  })

  it('are answered with how to turn them on where they are off', async () => {
    await using api = await openAdminApi()
    const answer = await api.ask('GET', '/alarms')
    expect([answer.statusCode, codeOf(answer)]).toEqual([503, 'API_ALARMS_OFF'])
  })
})
