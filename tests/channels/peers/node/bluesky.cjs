// A whole Bluesky network: the directory (PLC), the home of accounts (PDS), the index (AppView) and moderation (Ozone).
// Wants DB_POSTGRES_URL and REDIS_HOST (host:port); handles end in ".test".
'use strict'
const { answers } = require('./peer.cjs')
const { TestNetwork } = require('@atproto/dev-env')

TestNetwork.create({ dbPostgresSchema: 'replyassist', pds: { hostname: 'localhost' } }).then(
  ({ pds, bsky, plc }) => answers({ pds: pds.url, appview: bsky.url, plc: plc.url }),
  (error) => {
    console.error(error)
    process.exit(1)
  },
)
