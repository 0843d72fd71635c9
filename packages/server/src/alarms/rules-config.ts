/** `alarms.rules`: rules of one's own, and changes of those of Netstats. */
import { configuredRules } from '@netstats/alarms/configured'
import { perceivedSeverities } from '@netstats/protocol/feed'
import { duration } from '@netstats/sdk/config'
import { z } from 'zod'

const severity = () => z.enum(perceivedSeverities)
const expression = () => z.string().min(1).max(2000)
const sentence = () => z.string().min(1).max(500)
const patterns = () => z.array(z.string().min(1).max(200)).min(1).max(100)

const level = z.strictObject({
  when: expression().optional().describe('Condition of this level; without one it always holds.'),
  severity: severity().describe('How severe the alarm is then.'),
})

const entry = z.strictObject({
  name: z
    .string()
    .regex(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/)
    .max(100)
    .meta({ examples: ['gas-price-high'] })
    .describe(
      'Of a rule of Netstats (`netstats rules list`): what follows changes it. Any other, in small letters and hyphens: a rule of your own.',
    ),
  enabled: z.boolean().prefault(true).describe('False switches the rule off; with networks or nodes, for these alone.'),
  about: z
    .enum(['node', 'network', 'server'])
    .optional()
    .describe('What a rule of your own looks at, once every few seconds: each node, each network, or the server.'),
  when: expression()
    .optional()
    .meta({ examples: ['node.peers < 3 && network.nodes > 6'] })
    .describe('Condition of a rule of your own, in CEL. While a fact that it needs is not known, it does not hold.'),
  keepWhile: expression()
    .optional()
    .meta({ examples: ['node.peers < 5'] })
    .describe('Condition under which an open alarm stays open; that of `when` without it.'),
  for: duration({ max: '30d' })
    .optional()
    .describe('How long the condition holds before there is an alarm; 1m for a rule of your own.'),
  clearAfter: duration({ max: '30d' })
    .optional()
    .describe('How long the condition has been gone before the alarm is cleared; 1m for a rule of your own.'),
  severity: z
    .union([severity(), z.array(level).min(1).max(8)])
    .optional()
    .describe(
      'How severe it is, or a list of levels, of which the first whose condition holds counts. Default: warning.',
    ),
  message: sentence()
    .optional()
    .meta({ examples: ['{{node.name}} has {{node.peers}} peers'] })
    .describe('What is told, with `{{…}}` where a fact belongs.'),
  labels: z
    .record(
      z.string().regex(/^[a-zA-Z_][a-zA-Z0-9_]{0,99}$/),
      sentence().describe('Text of the label, with `{{…}}` where a fact belongs.'),
    )
    .optional()
    .describe(
      'Labels of the alarm, for routes and receivers; values may have `{{…}}` as well. They are part of its identity.',
    ),
  meaning: sentence().optional().describe('What it means that the condition holds, in a sentence.'),
  advice: sentence().optional().describe('What to do, in a sentence; every message has it.'),
  runbook: z
    .url({ protocol: /^https?$/ })
    .max(1000)
    .optional()
    .meta({ examples: ['https://wiki.example.org/runbooks/peers'] })
    .describe('Address of a page that says more.'),
  networks: patterns().optional().describe('Networks that are meant; `*` stands for any text. All where absent.'),
  nodes: patterns()
    .optional()
    .describe('Names or ids of nodes that are meant; `*` stands for any text. All where absent.'),
})

export const ruleList = () =>
  z
    .array(entry)
    .max(500)
    .superRefine((entries, context) => {
      for (const { path, message } of configuredRules(entries).faults)
        context.addIssue({ code: 'custom', path: [...path], message })
    })
