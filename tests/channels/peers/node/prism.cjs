// prism with the arguments of its command line; it tells its address once it has read the specification.
'use strict'
const net = require('node:net')
const { answersAt } = require('./peer.cjs')

const listen = net.Server.prototype.listen
net.Server.prototype.listen = function (...given) {
  return listen.apply(this.once('listening', () => answersAt(this)), given)
}
process.argv.push('--port', '0')
require('@stoplight/prism-cli/dist/index.js')
