import type { Form } from '../form.ts'
import { alarm } from './alarm.ts'
import { alertmanager } from './alertmanager.ts'
import { discord } from './discord.ts'
import { json } from './json.ts'
import { ntfy } from './ntfy.ts'
import { opsgenie } from './opsgenie.ts'
import { pagerduty } from './pagerduty.ts'
import { slack } from './slack.ts'
import { teams } from './teams.ts'
import { telegram } from './telegram.ts'

/** A form is a file in this folder and a line here. */
export const forms = {
  json,
  alarm,
  slack,
  teams,
  discord,
  telegram,
  pagerduty,
  opsgenie,
  alertmanager,
  ntfy,
} as const satisfies Readonly<Record<string, Form>>
const formOf = (name: FormName): Form => forms[name]

/** Whether it makes one message of several alarms that come at once. */
export const isForPeople = (name: FormName): boolean => formOf(name).groups === true

export type FormName = keyof typeof forms
export const formNames = Object.keys(forms) as readonly FormName[]
