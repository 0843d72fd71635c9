import type { RpcError, RpcErrorCode } from './rpc/errors.ts'

/** Where to look, for anyone who reads at night that a node does not answer. */
const cures: Readonly<Record<RpcErrorCode, string>> = {
  RPC_UNREACHABLE: 'check that the node runs and that its RPC is open to this machine',
  RPC_TIMEOUT: 'check whether the node hangs or has too much to do',
  RPC_CLOSED: 'check whether the node restarts again and again',
  RPC_REFUSED: 'the RPC is there, but not for this agent',
  RPC_RATE_LIMITED: 'it is asked less often until it agrees',
  RPC_ANSWER_INVALID: 'check that the address is that of the JSON-RPC of an Ethereum node',
  RPC_ANSWER_TOO_LARGE: 'raise maxAnswer if the node is to be trusted with that much',
  RPC_ERROR: 'check that the node lets this machine ask for it',
}

/** A failure as an operator reads it: what happened; where to look. */
export const troubleOf = (error: RpcError): string => `${error.message.replace(/\.$/, '')}; ${cures[error.code]}`
