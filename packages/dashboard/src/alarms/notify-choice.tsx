/** Turns notifications of the browser on and off, from a severity on. */
import { type PerceivedSeverity, perceivedSeverities } from '@netstats/protocol/feed'
import { useSignal } from '@preact/signals'
import { notifyFrom, permitted, show } from './notify.ts'
import { readSeverity } from './severity.ts'
import { alarmsHref } from './links.ts'

const shown = {
  title: 'Netstats tells you here',
  body: 'New alarms come like this while the page is in the background.',
  tag: 'netstats',
}

export function NotifyChoice() {
  const problem = useSignal('')
  if (!('Notification' in window)) return null
  const from = permitted() ? notifyFrom.value : undefined
  const choose = async (severity: PerceivedSeverity | undefined): Promise<void> => {
    problem.value = ''
    const was = from
    if (severity !== undefined && (await Notification.requestPermission()) !== 'granted') {
      problem.value = 'The browser does not allow it for this page; its settings of the page do.'
      return
    }
    const isFirst = severity !== undefined && was === undefined
    // The first one shows that it works.
    if (isFirst && !show({ ...shown, href: alarmsHref() })) {
      problem.value = 'This browser shows no notifications of pages.'
      return
    }
    notifyFrom.value = severity
  }
  return (
    <label class="alarm-notify" title="Only while the page is in the background; each alarm once">
      <span>Notify me of</span>
      <select
        value={from ?? ''}
        onChange={(event) => {
          const { currentTarget } = event
          void choose(readSeverity(currentTarget.value)).finally(() => {
            currentTarget.value = notifyFrom.peek() ?? ''
          })
        }}
      >
        <option value="">nothing</option>
        {perceivedSeverities.map((severity) => (
          <option key={severity} value={severity}>
            {severity === 'critical'
              ? 'critical alarms'
              : severity === 'warning'
                ? 'all alarms'
                : `${severity} and worse`}
          </option>
        ))}
      </select>
      {problem.value !== '' && <span class="is-warn">{problem.value}</span>}
    </label>
  )
}
