import { perceivedSeverityOf } from '@netstats/protocol/feed'
import type { Form } from '../form.ts'

/**
 * One step of one alarm: what a script needs, flat. `id` names the alarm from its raise to its end, `id` with `step` the step
 * for good; times are Unix milliseconds. It is sent again until the receiver says 2xx, in the order of the steps.
 */
export const alarm: Form = {
  alarmsOnly: true,
  insists: true,
  most: 1,
  request: ([message]) => {
    if (message?.alarm === undefined) return undefined
    const { alarm: body, item, at } = message
    return {
      body: {
        id: body.alarm,
        step: body.number ?? null,
        rule: body.type,
        state: body.step,
        reason: body.reason ?? body.step,
        severity: perceivedSeverityOf(body.severity),
        network: item.network ?? null,
        node: body.about === undefined ? item.observation.node : null,
        message: body.message,
        at,
        startsAt: body.startsAt ?? at,
        endsAt: body.endsAt ?? (body.step === 'cleared' ? at : null),
        labels: body.labels ?? {},
        advice: body.advice ?? null,
        runbook: body.runbook ?? null,
        acknowledgedBy: body.by ?? null,
        comment: body.comment ?? null,
        parent: body.parent ?? null,
        url: body.url ?? null,
      },
    }
  },
}
