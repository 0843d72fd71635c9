/** Who is told of alarms, whether it works, and a test message to each. */
import { useSignal } from '@preact/signals'
import { plural } from '../format/numbers.ts'
import { RestFault, Waiting } from '../pages/message.tsx'
import { usePoll } from '../rest/follow.ts'
import { Sign } from '../server/trouble-list.tsx'
import { Ago } from '../ui/values.tsx'
import { ActFault } from './act-fault.tsx'
import { useAct } from './use-act.ts'
import type { WireReceiver } from './wire.ts'

const everyMs = 5000

export function ReceiverList({ mayAct }: { readonly mayAct: boolean }) {
  const receivers = useSignal<readonly WireReceiver[] | undefined>(undefined)
  const poll = usePoll('/alarms/receivers', everyMs, (data) => {
    receivers.value = (data as { readonly receivers: readonly WireReceiver[] }).receivers
  })
  if (receivers.value === undefined) {
    const { fault, status } = poll.value
    return fault ? <RestFault what="receivers" fault={fault} status={status} /> : <Waiting what="the receivers" />
  }
  if (receivers.value.length === 0)
    return (
      <p class="quiet-note" role="status">
        Nobody is told of alarms. <code>--alarm-webhook URL</code> sends each step of each alarm to an address; the
        section <code>alarms</code> of the configuration has more receivers.
      </p>
    )
  return (
    <ul class="receiver-list">
      {receivers.value.map((receiver) => (
        <Receiver key={receiver.name} receiver={receiver} mayAct={mayAct} />
      ))}
    </ul>
  )
}

function Receiver({ receiver, mayAct }: { readonly receiver: WireReceiver; readonly mayAct: boolean }) {
  const { busy, fault, run } = useAct()
  const told = useSignal(false)
  const { name, type, sent, failed, lastSentAt, lastError } = receiver
  const test = async (): Promise<void> => {
    told.value = false
    told.value = await run('POST', `/alarms/receivers/${encodeURIComponent(name)}/test`)
  }
  return (
    <li>
      <p class="receiver-name">
        <Sign weight={lastError === null ? 'ok' : 'bad'} /> <b>{name}</b> <span class="faint">{type}</span>
      </p>
      <p class="receiver-facts">
        {plural(sent, 'message', 'messages')} sent
        {failed > 0 && `, ${failed} failed`}
        {lastSentAt !== null && (
          <>
            , the last <Ago at={lastSentAt} /> ago
          </>
        )}
        {lastError !== null && <span class="is-bad">{lastError}</span>}
      </p>
      {mayAct && (
        <button type="button" class="chip" disabled={busy.value} onClick={() => void test()}>
          {busy.value ? 'Sending…' : told.value ? 'Sent. Once more' : 'Send a test'}
        </button>
      )}
      <ActFault fault={fault.value} />
    </li>
  )
}
