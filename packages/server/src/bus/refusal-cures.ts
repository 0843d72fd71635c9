/** What to do about a refusal, for the log, the list and the page. */
import type { Refusal } from './refusals.ts'

/** Refusals that pass by themselves and that nobody can do anything about. */
const passing = ['draining', 'store-starting', 'undecided', 'too-many-logins'] as const
type Passing = (typeof passing)[number]

/** Ends of sessions that are the peer's own fault. */
const faultyEndings = ['oversized', 'protocol-error', 'faults'] as const
/** What is said over HTTP before there is a session. */
const httpRefusals = ['unknown-channel', 'bad-handshake'] as const

export type Told =
  | Exclude<Refusal, Passing>
  | (typeof faultyEndings)[number]
  | (typeof httpRefusals)[number]
  | 'no-sub-protocol'
  | 'wrong-password'
  | 'bad-api-token'

export const isFaulty = (ending: string): ending is (typeof faultyEndings)[number] =>
  (faultyEndings as readonly string[]).includes(ending)

export const isToldOverHttp = (fault: string): fault is (typeof httpRefusals)[number] =>
  (httpRefusals as readonly string[]).includes(fault)

export const isPassing = (reason: Refusal | Told): reason is Passing => (passing as readonly string[]).includes(reason)

const cures: Readonly<Record<Told, string>> = {
  'bad-secret': 'The secret is another one: compare it with ethstats.secret of the server.',
  'bad-token': 'The token is wrong or an old one: netstats agents rotate NAME makes a new one.',
  'bad-key': 'The public key is another one than the id has: netstats agents list shows which; agents key sets it.',
  'bad-proof': 'The private key does not belong to the public key that was shown: compare the key file of the agent.',
  'wrong-id': 'The token or key belongs to another id: use each for the id it was made for.',
  'wrong-network': 'The token is bound to another network: netstats agents add NAME --network ID makes one for this.',
  'token-required': 'A shared secret is not enough for this id: give it its token, or netstats agents remove NAME.',
  'secret-required':
    'Without a secret only this machine may report, and not through a proxy: set ethstats.secret, or say auth.open: true (--open); a token helps where trustedProxies names the proxy.',
  revoked: 'Its right was taken away: netstats agents rotate NAME gives it a new token.',
  banned: 'It is banned: netstats agents unban NAME lets it in again.',
  'name-bound': 'Somebody else came first with this name: choose another, wait for auth.bindFor, or give it a token.',
  'locked-out': 'Too many failures: it may try again after auth.lockFor. See who fails in this list.',
  'malformed-hello':
    'Its hello is not understood: see that it is a client of ethstats or netstats, of a version in use.',
  cloned:
    'Two machines report with one data folder and its copy: stop one, or give it a name and an empty folder of its own.',
  'duplicate-id': 'A node with this name is connected: give each node a name of its own.',
  'network-full': 'As many nodes or networks are known as are kept: remove some, or start another server.',
  'login-timeout': 'It connected and said nothing: see that nothing but a client of this server connects there.',
  'too-much-before-login':
    'It sent too much before its login: see what it is, and that its address ends in /api or /agent.',
  'server-full': 'As many agents are known as are kept: remove some, or start another server.',
  'too-many-connections': 'All places are taken: raise limits.connections or the open-file limit.',
  'too-many-from-address':
    'Too many connections of one address: raise limits.connectionsPerAddress, or name the proxy in trustedProxies.',
  'address-rate':
    'Too many connects of one address: raise limits.connectsPerSecond, or name the proxy in trustedProxies.',
  oversized: 'A frame was larger than may be: raise ethstats.maxFrame where it is a node of yours.',
  'protocol-error': 'What it sent is no WebSocket: see what stands between it and the server.',
  faults: 'Too much of what it sent is not understood: see that its version is one in use.',
  'unknown-channel': 'Nothing is served at this path: ethstats clients connect to /api, agents to the address alone.',
  'bad-handshake': 'It asked for no WebSocket: a proxy between must pass Upgrade and Connection on.',
  'no-sub-protocol':
    'It does not speak netstats.v1: only agents of Netstats connect to /agent, ethstats clients to /api.',
  'bad-api-token':
    'The API token is wrong, an old one, or has ended: netstats users passwd NAME --token makes a new one.',
  'wrong-password': 'The name or the password is wrong; netstats users passwd NAME sets a new one.',
}

export const toldReasons = Object.keys(cures) as readonly Told[]

export const cureOf = (reason: Told, via: string): string =>
  reason === 'locked-out' && via === 'login' ? `${cures[reason]} Somebody may be guessing passwords.` : cures[reason]
