/** What a refusal means for whoever runs the agent, and how long it is worth waiting. */

export interface RefusalMeaning {
  /** Only somebody can change it: asking again soon is of no use. */
  readonly lasting: boolean
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
    banned: 'this agent is banned there; ask whoever runs the server',
    'wrong-id':
      'the token belongs to another identity, or the name of the node to another agent; check `agent` and `token`',
    'wrong-network': 'the token is for another network than that of the node; check which node `rpc` leads to',
    'name-bound': 'somebody else came first there with this name; choose another, or ask whoever runs the server',
    version: 'it speaks another version of the protocol; update the older one of agent and server',
    malformed: 'it can not read the login of this agent; update the older one of agent and server',
  }),
)
const passing: ReadonlyMap<string, string> = new Map(
  Object.entries({
    'locked-out': 'it locked this agent or address out for a while after wrong logins; check `token` and `keyFile`',
    'duplicate-id':
      'another agent is logged in there under this identity; give each a name of its own, unless it is the old connection of this one',
    'network-full': 'the network has as many nodes there as it may',
    'server-full': 'it has as many agents as it can take',
    busy: 'it is busy',
    draining: 'it is about to end',
    timeout: 'the login took too long',
  }),
)

export const meaningOf = (reason: string): RefusalMeaning => {
  const text = lasting.get(reason) ?? passing.get(reason)
  return {
    lasting: lasting.has(reason),
    text: `the server refused the login: ${text ?? 'for a reason this version does not know'} (${reason})`,
  }
}

const firstLastingMs = 60_000
const longestLastingMs = 15 * 60_000

/** Waits for refusals that only somebody can end: a minute, then longer and longer. */
export const createPatience = () => {
  let refusals = 0
  return {
    next: (): number => Math.min(firstLastingMs * 2 ** refusals++, longestLastingMs),
    reset: (): void => {
      refusals = 0
    },
  }
}
