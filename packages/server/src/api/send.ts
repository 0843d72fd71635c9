/** Writes what a handler gives as an answer, with its headers. */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { Problem, sendProblem } from '../net/problem.ts'
import { Answer, PersonalAnswer } from './answer.ts'
import { isNamedBy, weakTag } from './etag.ts'

/** Links lead to where the one who asks finds the server. */
export const below = (prefix: string, given: unknown): unknown => {
  const { next } = (given ?? {}) as { readonly next?: unknown }
  const isLink = prefix !== '' && typeof next === 'string' && !(given instanceof Answer)
  return isLink ? { ...(given as object), next: prefix + next } : given
}

export const sendJson = (request: FastifyRequest, reply: FastifyReply, given: unknown): FastifyReply => {
  if (given instanceof Problem) return sendProblem(reply, given)
  if (given instanceof PersonalAnswer) {
    void reply.headers(given.headers).header('cache-control', 'no-store')
    if (given.body === undefined) return reply.code(204).send()
    return reply.type('application/json; charset=utf-8').send(JSON.stringify(given.body))
  }
  if (given instanceof Answer)
    return sendText(request, reply, JSON.stringify(given.body), `private, max-age=${given.maxAge}`)
  const { next } = given as { readonly next?: unknown }
  if (typeof next === 'string') void reply.header('link', `<${next}>; rel="next"`)
  return sendText(request, reply, JSON.stringify(given), 'no-cache')
}

export const sendText = (request: FastifyRequest, reply: FastifyReply, text: string, caching: string): FastifyReply => {
  const tag = weakTag(text)
  void reply.header('etag', tag).header('cache-control', caching).header('vary', 'accept-encoding')
  if (isNamedBy(request.headers['if-none-match'], tag)) return reply.code(304).send()
  return reply.type('application/json; charset=utf-8').send(text)
}
