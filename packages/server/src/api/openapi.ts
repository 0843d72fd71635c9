/** The OpenAPI 3.1 description, made from the table of endpoints and the schemas that check and type them. */
import { z } from 'zod'
import { cookieName } from '../auth/http-authenticator.ts'
import { endpoints } from './endpoints.ts'
import { described, hasBody } from './endpoint.ts'
import type { Endpoint } from './endpoint.ts'
import { problemCodes } from '../net/problem.ts'
import { components } from './live-schemas.ts'

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

const authenticateHeader: Json = {
  'WWW-Authenticate': { description: 'Always `Bearer`.', required: true, schema: { type: 'string' } },
}

/** The body as a component of its own would be a name for nothing else. */
const bodyOf = (endpoint: Endpoint): Json => {
  const { $schema: _schema, ...schema } = z.toJSONSchema(endpoint.query, { io: 'input' })
  return { required: true, content: { 'application/json': { schema } } }
}

/** By cookie or by token; where those who have not logged in may look, also without. */
const securityOf = ({ role }: Endpoint): readonly Json[] => {
  if (role === 'everybody') return [{}]
  const ways = [{ session: [] }, { token: [] }]
  return role === 'viewer' ? [{}, ...ways] : ways
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
  const content = { 'application/json': { schema: { $ref: refTo(components.get(endpoint.response)?.id ?? '') } } }
  if (endpoint.personal) return { description: endpoint.summary, content }
  return {
    description: endpoint.summary,
    headers: {
      ETag: { description: 'For If-None-Match.', required: true, schema: { type: 'string' } },
      ...(endpoint.query.shape['cursor'] === undefined
        ? {}
        : { Link: { description: 'The next page, `rel="next"`, where there is one.', schema: { type: 'string' } } }),
    },
    content,
  }
}

const problemsOf = (endpoint: Endpoint): Json => {
  const statuses = new Set<number>([
    400,
    ...(endpoint.role === 'everybody' ? [] : [401]),
    ...(endpoint.role === 'operator' || endpoint.role === 'admin' || endpoint.method !== 'GET' ? [403] : []),
    ...(hasBody(endpoint) ? [413, 415] : []),
    ...(endpoint.problems ?? []),
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
        ...(status === 503 || status === 429 ? { headers: retryHeader } : {}),
        ...(status === 401 ? { headers: authenticateHeader } : {}),
        content: { 'application/problem+json': { schema: { $ref: refTo('Problem') } } },
      },
    ]),
  )
}

const operationOf = (endpoint: Endpoint): Json => ({
  operationId: endpoint.id,
  summary: endpoint.summary,
  description: roleText(endpoint),
  security: securityOf(endpoint),
  parameters: [
    ...parametersOf(endpoint.params, 'path'),
    ...(hasBody(endpoint) ? [] : parametersOf(endpoint.query, 'query')),
  ],
  ...(hasBody(endpoint) ? { requestBody: bodyOf(endpoint) } : {}),
  responses: {
    ...(components.get(endpoint.response) === undefined && endpoint.produces === undefined
      ? { 204: { description: endpoint.summary } }
      : { 200: answerOf(endpoint) }),
    ...(endpoint.produces === undefined && !endpoint.personal
      ? { 304: { description: 'What If-None-Match names is still so.' } }
      : {}),
    ...problemsOf(endpoint),
  },
})

const securitySchemes: Json = {
  session: { type: 'apiKey', in: 'cookie', name: cookieName, description: 'What POST /session gives.' },
  token: { type: 'http', scheme: 'bearer', description: 'What netstats users add NAME --token prints.' },
}

const roleText = ({ role }: Endpoint): string =>
  role === 'everybody' ? 'Open to everybody.' : `Needs the role ${role}, or one above it.`

const pathsOf = (): Json => {
  const paths: Record<string, Record<string, Json>> = {}
  for (const endpoint of endpoints) {
    const path = (paths[endpoint.path] ??= {})
    path[endpoint.method.toLowerCase()] = operationOf(endpoint)
  }
  return paths
}

export const openApiOf = (version: string): Json => ({
  openapi: '3.1.0',
  info: {
    title: 'Netstats',
    version,
    description:
      'The state of the networks this server watches, now and in the past, read with GET; and who may log in, changed with POST.',
    license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
  },
  servers: [{ url: '/api/v1' }],
  paths: pathsOf(),
  components: { schemas: schemasOf(), securitySchemes },
})
