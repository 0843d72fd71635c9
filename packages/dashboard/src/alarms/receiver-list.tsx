/** Who is notified of alarms, whether it works, and a test message to each. */
import { useSignal } from '@preact/signals'
import { serverNow } from '../clock.ts'
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
        Nobody is notified of alarms. <code>--alarm-webhook URL</code> sends each step of each alarm to an address; the
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

const weights: Readonly<Record<string, 'ok' | 'warn' | 'bad'>> = { ok: 'ok', starting: 'ok', failed: 'bad' }

function Receiver({ receiver, mayAct }: { readonly receiver: WireReceiver; readonly mayAct: boolean }) {
  const { busy, fault, run } = useAct()
  /** When the test was sent off, by the clock of the server; 0 where none was. */
  const testedAt = useSignal(0)
  const { name, type, everyStep, state, reason, waiting, deliveredAt } = receiver
  const test = async (): Promise<void> => {
    const at = serverNow()
    if (await run('POST', `/alarms/receivers/${encodeURIComponent(name)}/test`)) testedAt.value = at
  }
  const arrived = testedAt.value > 0 && deliveredAt !== null && deliveredAt >= testedAt.value
  return (
    <li>
      <p class="receiver-name">
        <Sign weight={weights[state] ?? 'warn'} /> <b>{name}</b> <span class="faint">{type}</span>
      </p>
      <p class="receiver-facts">
        {everyStep && 'each step of each alarm, '}
        {deliveredAt === null ? (
          'nothing delivered since the server started'
        ) : (
          <>
            the last message was delivered <Ago at={deliveredAt} /> ago
          </>
        )}
        {waiting > 0 && <b class="is-warn">, {plural(waiting, 'message waits', 'messages wait')}</b>}
        {reason !== '' && (
          <span class="receiver-reason">
            {state}: {reason}
          </span>
        )}
      </p>
      {mayAct && (
        <button type="button" class="chip" disabled={busy.value} onClick={() => void test()}>
          {testedAt.value === 0
            ? 'Send a test'
            : arrived
              ? 'The test was delivered. Once more'
              : 'The test is on its way'}
        </button>
      )}
      <ActFault fault={fault.value} />
    </li>
  )
}
