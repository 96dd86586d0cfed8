// Telegram's Bot API as telegram-test-api has it; it takes a 0 that is a number for no port given.
'use strict'
const { answersAt } = require('./peer.cjs')
const TelegramServer = require('telegram-test-api')

const server = new (TelegramServer.default ?? TelegramServer)({ port: '0', host: '127.0.0.1', storeTimeout: 3600 })
server.start().then(() => answersAt(server.server))
