// What each of these servers is preloaded with: it listens on 127.0.0.1 alone, and ends with whoever started it.
'use strict'
const fs = require('node:fs')
const net = require('node:net')

const listen = net.Server.prototype.listen
net.Server.prototype.listen = function (...given) {
  const [first, second] = given
  if (typeof first === 'object' && first !== null && first.port !== undefined) first.host = '127.0.0.1'
  else if (typeof first === 'number' || /^\d+$/.test(first)) given.splice(1, typeof second === 'string' ? 1 : 0, '127.0.0.1')
  return listen.apply(this, given)
}

process.stdin.resume().on('end', () => process.exit())

const [file] = process.argv.splice(2, 1)

/** Tell, in the file that the script's first argument names, where the server answers. */
exports.answers = (addresses) => {
  fs.writeFileSync(`${file}.new`, JSON.stringify(addresses))
  fs.renameSync(`${file}.new`, file)
}

/** The same, of a server that listens at a port that was free. */
exports.answersAt = (server) => exports.answers({ url: `http://127.0.0.1:${server.address().port}` })
