/** A refusal as JSON-RPC writes it. */
export class RpcFault extends Error {
  override readonly name = 'RpcFault'
  readonly code: number
  constructor(code: number, message: string) {
    super(message)
    this.code = code
  }
}

export const faultCodes = {
  parse: -32_700,
  request: -32_600,
  method: -32_601,
  params: -32_602,
  limit: -32_005,
  unknownBlock: -39_001,
} as const
