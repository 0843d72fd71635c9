import { z } from 'zod'

/** Name on the network; control characters would break logs and protocols alike. */
export const nodeName = z
  .string()
  .min(1)
  .max(200)
  .regex(/^[^\p{Cc}]*$/u)
  .meta({ expected: 'a name of 1 to 200 characters', examples: ['validator-1'] })
