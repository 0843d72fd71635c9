/** The OpenAPI 3.1 description, made from the table of endpoints and the schemas that check and type them. */
import { z } from 'zod'
import { endpoints } from './endpoints.ts'
import { described } from './endpoint.ts'
import type { Endpoint } from './endpoint.ts'
import { problemCodes } from './problem.ts'
import { components } from './schemas.ts'

type Json = Readonly<Record<string, unknown>>

const refTo = (id: string): string => `#/components/schemas/${id}`

const schemasOf = (): Json => {
  const { schemas } = z.toJSONSchema(components, {
    uri: refTo,
    // Many readers of OpenAPI stumble over places of a tuple; what may stand in any of them they all understand.
    override({ jsonSchema }) {
      const { prefixItems } = jsonSchema
      if (prefixItems === undefined) return
      delete jsonSchema.prefixItems
      jsonSchema.items = { anyOf: prefixItems.filter((one) => typeof one === 'object') }
    },
  })
  // `$id` and `$schema` are for documents of their own; inside a description they only shift what `$ref` means.
  return Object.fromEntries(
    Object.entries(schemas).map(([id, { $id: _id, $schema: _schema, ...schema }]) => [id, schema]),
  )
}

const parametersOf = (schema: z.ZodObject, place: 'path' | 'query'): readonly Json[] => {
  const { properties = {} } = z.toJSONSchema(schema, { io: 'input' })
  return Object.entries(properties).map(([name, property]) => {
    const { description, [described]: schema, ...rest } = property as { description?: string; [described]?: Json }
    return {
      name,
      in: place,
      required: place === 'path',
      ...(description === undefined ? {} : { description }),
      schema: schema ?? rest,
    }
  })
}

const retryHeader: Json = {
  'Retry-After': {
    description: 'Seconds after which to ask again.',
    required: true,
    schema: { type: 'integer', minimum: 1 },
  },
}

const answerOf = (endpoint: Endpoint): Json => {
  if (endpoint.produces !== undefined) {
    const { $schema: _schema, ...schema } = z.toJSONSchema(endpoint.response)
    return {
      description: endpoint.summary,
      headers: {
        'Content-Disposition': { description: 'Name of the file.', required: true, schema: { type: 'string' } },
      },
      content: Object.fromEntries(endpoint.produces.map((type) => [type, { schema }])),
    }
  }
  return {
    description: endpoint.summary,
    headers: {
      ETag: { description: 'For If-None-Match.', required: true, schema: { type: 'string' } },
      ...(endpoint.query.shape['cursor'] === undefined
        ? {}
        : { Link: { description: 'The next page, `rel="next"`, where there is one.', schema: { type: 'string' } } }),
    },
    content: { 'application/json': { schema: { $ref: refTo(components.get(endpoint.response)?.id ?? '') } } },
  }
}

const problemsOf = (endpoint: Endpoint): Json => {
  const statuses = new Set<number>([
    400,
    ...(endpoint.path.includes('{') ? [404] : []),
    ...(endpoint.heavy || endpoint.history !== undefined ? [503] : []),
  ])
  return Object.fromEntries(
    [...statuses].map((status) => [
      String(status),
      {
        description: Object.entries(problemCodes)
          .filter(([, problem]) => problem.status === status)
          .map(([code, problem]) => `${problem.title} (${code})`)
          .join('; '),
        ...(status === 503 ? { headers: retryHeader } : {}),
        content: { 'application/problem+json': { schema: { $ref: refTo('Problem') } } },
      },
    ]),
  )
}

const operationOf = (endpoint: Endpoint): Json => ({
  operationId: endpoint.id,
  summary: endpoint.summary,
  parameters: [...parametersOf(endpoint.params, 'path'), ...parametersOf(endpoint.query, 'query')],
  responses: {
    200: answerOf(endpoint),
    ...(endpoint.produces === undefined ? { 304: { description: 'What If-None-Match names is still so.' } } : {}),
    ...problemsOf(endpoint),
  },
})

export const openApiOf = (version: string): Json => ({
  openapi: '3.1.0',
  info: {
    title: 'Netstats',
    version,
    description:
      'The state of the networks this server watches, now and in the past. Everything is read with GET; nothing is changed.',
    license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
  },
  servers: [{ url: '/api/v1' }],
  paths: Object.fromEntries(endpoints.map((endpoint) => [endpoint.path, { get: operationOf(endpoint) }])),
  components: { schemas: schemasOf() },
})
