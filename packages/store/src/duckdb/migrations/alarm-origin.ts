import type { Migration } from './migration.ts'

const columns = [
  '"at" BIGINT NOT NULL',
  '"seq" BIGINT NOT NULL',
  '"network" UINTEGER NOT NULL',
  '"node" UINTEGER',
  '"alarm" VARCHAR NOT NULL',
  '"step" VARCHAR NOT NULL',
  '"severity" UTINYINT NOT NULL',
  '"type" VARCHAR NOT NULL',
  '"message" VARCHAR NOT NULL',
  '"origin" VARCHAR NOT NULL',
]

/** Those of the server had names of this form; what an agent may have given such a name is taken for one. */
const origin = `CASE WHEN "type" = 'node-inactive' AND starts_with("alarm", 'node-inactive/') THEN 'server' ELSE 'node' END`

/** Who says a step of an alarm. A column that cannot be null is only made with its table. */
export const addAlarmOrigin: Migration = {
  from: 3,
  statements: (tier, alias) =>
    tier === 'kept'
      ? [
          `CREATE TABLE ${alias}."alarm_with_origin" (${columns.join(', ')})`,
          `INSERT INTO ${alias}."alarm_with_origin" SELECT *, ${origin} FROM ${alias}."alarm"`,
          `DROP TABLE ${alias}."alarm"`,
          `ALTER TABLE ${alias}."alarm_with_origin" RENAME TO "alarm"`,
        ]
      : [],
  added: { alarm: { origin } },
}
