// Holds answers against the published lexicons, as @atproto/api has them: POST [{method, status, document}, ...], answered with
// what is wrong with each (null: nothing).
'use strict'
const http = require('node:http')
const { answersAt } = require('./peer.cjs')
const { lexicons } = require('@atproto/api')
const { jsonToLex } = require('@atproto/lexicon')

// What the home of an account answers to any method, beside the errors that its lexicon names (@atproto/xrpc-server, pds).
const OF_ALL = [
  'AuthMissing',
  'AuthenticationRequired',
  'ExpiredToken',
  'InvalidRequest',
  'MethodNotImplemented',
  'RateLimitExceeded',
]

/** Throws for a record that is not as its own lexicon says; an output's lexicon lets every object pass there. */
const checkRecords = (part) => {
  if (typeof part !== 'object' || part === null) return
  if (lexicons.getDef(part.$type ?? '')?.type === 'record') lexicons.assertValidRecord(part.$type, jsonToLex(part))
  Object.values(part).forEach(checkRecords)
}

const checkError = (errors, { error, message }) => {
  const known = [...OF_ALL, ...(errors ?? []).map(({ name }) => name)]
  if (!known.includes(error)) throw new Error(`Error must be one of ${known.join(', ')}`)
  if (typeof message !== 'string') throw new Error('Error must have a message')
}

const wrongWith = ({ method, status, document }) => {
  try {
    const found = lexicons.getDefOrThrow(method, ['query', 'procedure'])
    if (status !== 200) checkError(found.errors, document)
    else {
      lexicons.assertValidXrpcOutput(method, jsonToLex(document))
      checkRecords(document)
    }
    return null
  } catch (error) {
    return error.message
  }
}

const server = http.createServer(async (request, response) => {
  const chunks = []
  for await (const chunk of request) chunks.push(chunk)
  const answers = JSON.parse(Buffer.concat(chunks).toString())
  response.end(JSON.stringify(answers.map(wrongWith)))
})
server.listen(0, () => answersAt(server))
