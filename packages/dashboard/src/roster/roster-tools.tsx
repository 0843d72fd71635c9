/** Rename, merge and remove a node or a network. For operators; the consequence is shown before it is done. */
import type { FeedFault, NetworkSummary, NodeRow } from '@netstats/protocol/feed'
import { type Signal, useSignal } from '@preact/signals'
import { pastAt } from '../past/moment.ts'
import { sendToServer } from '../rest/rest.ts'
import { navigate } from '../router/location.ts'
import { writeRoute } from '../router/routes.ts'
import { mayAct, session } from '../session/session.tsx'
import '../styles/roster.css'

type RosterAct = 'rename' | 'merge' | 'remove'

export interface Step {
  readonly act: RosterAct
  /** What follows from it. */
  readonly consequence: string
  /** Asks for a text: a name, or where to. */
  readonly asks?: string
  /** It may be left empty. */
  readonly optional?: boolean
  /** Why it cannot be done now. */
  readonly not?: string | undefined
  /** What is sent. */
  readonly body: (text: string) => object
  /** Where to look after it. */
  readonly after?: (text: string) => string | undefined
}

interface Props {
  /** The node or network, as shown. */
  readonly what: string
  /** Below /admin. */
  readonly path: 'nodes' | 'networks'
  readonly steps: readonly Step[]
}

const patienceMs = 15_000

function RosterTools({ what, path, steps }: Props) {
  const wanted = useSignal<Step | undefined>(undefined)
  const text = useSignal('')
  const busy = useSignal(false)
  const fault = useSignal<FeedFault | undefined>(undefined)
  if (!mayAct(session.value?.role, 'operator') || session.value?.name === null || pastAt.value !== undefined)
    return null
  const close = (): void => {
    wanted.value = undefined
    fault.value = undefined
    text.value = ''
  }
  const run = async (step: Step): Promise<void> => {
    busy.value = true
    const given = text.value.trim()
    const signal = AbortSignal.timeout(patienceMs)
    const answer = await sendToServer('POST', `/admin/${path}/${step.act}`, step.body(given), signal).catch(
      () => undefined,
    )
    busy.value = false
    if (!answer?.ok) {
      fault.value = answer?.fault ?? { code: 'API_UNREACHABLE', message: 'The server does not answer in time.' }
      return
    }
    close()
    const next = step.after?.(given)
    if (next !== undefined) navigate(next)
  }
  const step = wanted.value
  if (step === undefined) {
    return (
      <div class="roster-tools">
        {steps.map((one) => (
          <button
            key={one.act}
            type="button"
            class="chip"
            disabled={one.not !== undefined}
            title={one.not ?? one.consequence}
            aria-label={`${one.act} ${what}`}
            onClick={() => (wanted.value = one)}
          >
            {one.act}
          </button>
        ))}
      </div>
    )
  }
  return (
    <Sure
      what={what}
      step={step}
      text={text}
      busy={busy.value}
      fault={fault.value}
      run={() => void run(step)}
      close={close}
    />
  )
}

interface SureProps {
  readonly what: string
  readonly step: Step
  readonly text: Signal<string>
  readonly busy: boolean
  readonly fault: FeedFault | undefined
  readonly run: () => void
  readonly close: () => void
}

/** Says the consequence and asks for what the step needs. */
function Sure({ what, step, text, busy, fault, run, close }: SureProps) {
  const missing = step.asks !== undefined && step.optional !== true && text.value.trim() === ''
  return (
    <div class="roster-sure" role="alertdialog" aria-label={`${step.act} ${what}`}>
      <p>{step.consequence}</p>
      <form
        class="roster-tools"
        onSubmit={(event) => {
          event.preventDefault()
          run()
        }}
      >
        {step.asks !== undefined && (
          <label>
            <span class="visually-hidden">{step.asks}</span>
            <input
              placeholder={step.asks}
              maxLength={200}
              spellcheck={false}
              onInput={({ currentTarget: { value } }) => (text.value = value)}
            />
          </label>
        )}
        <button type="submit" class="chip is-main" disabled={busy || missing}>
          {step.act}
        </button>
        <button type="button" class="chip" onClick={close}>
          no
        </button>
      </form>
      {fault && (
        <p role="alert">
          <b>That was not done.</b> {fault.message} <span class="faint">{fault.code}</span>
        </p>
      )}
    </div>
  )
}

/** What an operator may do to a node. */
export function NodeTools({ network, row }: { readonly network: string; readonly row: NodeRow }) {
  const place = { network, id: row.id }
  const all = (): string => writeRoute({ page: 'network', network })
  return (
    <RosterTools
      what={row.name}
      path="nodes"
      steps={[
        {
          act: 'rename',
          consequence: 'Lists, alarms and messages use this name from now on. Empty: the name it gives itself.',
          asks: 'new name',
          optional: true,
          body: (text) => ({ ...place, name: text === '' ? null : text }),
        },
        {
          act: 'merge',
          consequence: 'It leaves the lists: what its id reports from now on counts for the other node.',
          asks: 'id of the node that stays',
          body: (into) => ({ ...place, into }),
          after: (node) => writeRoute({ page: 'node', network, node }),
        },
        {
          act: 'remove',
          consequence: 'It is forgotten now; its history stays. It comes back when it connects again.',
          not:
            row.state === 'active'
              ? 'It is active and would come back at once: stop its agent or client first.'
              : undefined,
          body: () => place,
          after: all,
        },
      ]}
    />
  )
}

/** What an operator may do to a network. */
export function NetworkTools({ summary: { key: network, active } }: { readonly summary: NetworkSummary }) {
  const at = (key: string): string => writeRoute({ page: 'network', network: key })
  return (
    <section class="network-tools" aria-label="This network">
      <p class="faint">Network {network}:</p>
      <RosterTools
        what={`network ${network}`}
        path="networks"
        steps={[
          {
            act: 'rename',
            consequence: 'The new key is permanent. What was stored under the old one stays there.',
            asks: 'new key',
            body: (key) => ({ network, key }),
            after: at,
          },
          {
            act: 'merge',
            consequence: 'All its nodes move to the other network, now and when they connect.',
            asks: 'key of the other network',
            body: (into) => ({ network, into }),
            after: at,
          },
          {
            act: 'remove',
            consequence:
              'It is forgotten with its nodes; its history stays. It comes back when one of its nodes connects.',
            not: active > 0 ? 'Some of its nodes are active.' : undefined,
            body: () => ({ network }),
            after: () => writeRoute({ page: 'home' }),
          },
        ]}
      />
    </section>
  )
}
