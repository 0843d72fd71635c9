/** What a refusal means for anyone who runs the agent, and how long it is worth waiting. */

export type Patience = 'lasting' | 'taken'

export interface RefusalMeaning {
  /**
   * How long it is worth waiting. `lasting`: only somebody can change it, asking again soon is of no use. `taken`: until
   * another one is gone. Undefined: as after any other end of a connection.
   */
  readonly patience: Patience | undefined
  readonly text: string
}

const lasting: ReadonlyMap<string, string> = new Map(
  Object.entries({
    'bad-secret': 'it does not know the secret of this agent; check `secret`, or give it a `token`',
    'bad-token': 'it does not know the token of this agent; check `token`, and that it was made for this `agent`',
    'bad-key': 'it knows another key of this agent; check `keyFile`, or have the new key registered there',
    'bad-proof': 'the proof of the key is wrong; check that `keyFile` is the key that was registered there',
    'token-required': 'it wants a token; make one there with `netstats agents add` and give it to the agent as `token`',
    revoked: 'the token of this agent was revoked; have a new one made there with `netstats agents rotate`',
    banned: 'this agent is banned there; ask the one who runs the server',
    'wrong-id':
      'the token belongs to another identity, or the name of the node to another agent; check `agent` and `token`',
    'wrong-network': 'the token is for another network than that of the node; check which node `rpc` leads to',
    'name-bound': 'somebody else came first there with this name; choose another, or ask the one who runs the server',
    version: 'it speaks another version of the protocol; update the older one of agent and server',
    malformed: 'it cannot read the login of this agent; update the older one of agent and server',
  }),
)
const passing: ReadonlyMap<string, string> = new Map(
  Object.entries({
    'locked-out': 'it locked this agent or address out for a while after wrong logins; check `token` and `keyFile`',
    'network-full': 'the network has as many nodes there as it may',
    'server-full': 'it has as many agents as it can take',
    busy: 'it is busy',
    draining: 'it is about to end',
    timeout: 'the login took too long',
  }),
)

const taken: ReadonlyMap<string, string> = new Map(
  Object.entries({
    'duplicate-id':
      'another agent is logged in there under this identity; give each a name of its own, unless it is the old connection of this one',
    cloned:
      'another machine is logged in there with a copy of the data folder of this agent; stop one of the two, or give this one a name and an empty `data` folder of its own; until then what it observes waits in its spool',
  }),
)

export const meaningOf = (reason: string): RefusalMeaning => {
  const text = lasting.get(reason) ?? taken.get(reason) ?? passing.get(reason)
  return {
    patience: lasting.has(reason) ? 'lasting' : taken.has(reason) ? 'taken' : undefined,
    text: `the server refused the login: ${text ?? 'for a reason this version does not know'} (${reason})`,
  }
}

const waits = {
  lasting: { firstMs: 60_000, longestMs: 15 * 60_000 },
  taken: { firstMs: 5000, longestMs: 30_000 },
} as const

/** Waits for refusals that pass only when somebody, or another agent, does something: longer and longer. */
export const createPatience = () => {
  let refusals = 0
  return {
    next: (kind: Patience): number => Math.min(waits[kind].firstMs * 2 ** refusals++, waits[kind].longestMs),
    reset: (): void => {
      refusals = 0
    },
  }
}
