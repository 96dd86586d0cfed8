// Telegram's Bot API as telegram-test-api has it, on the port that the third argument names.
'use strict'
const { answers } = require('./peer.cjs')
const TelegramServer = require('telegram-test-api')

const server = new (TelegramServer.default ?? TelegramServer)({ port: Number(process.argv[3]), host: '127.0.0.1', storeTimeout: 3600 })
server.start().then(() => answers({ url: server.config.apiURL }))
