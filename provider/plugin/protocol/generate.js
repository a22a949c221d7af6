// Writes tfplugin6.generated.json from tfplugin6.proto. test/provider/protocol.test.ts fails when it is stale.
'use strict';
const { readFileSync, writeFileSync } = require('node:fs');
const { join } = require('node:path');
const protobuf = require('protobufjs');

const source = readFileSync(join(__dirname, 'tfplugin6.proto'), 'utf8');
const { root } = protobuf.parse(source, { keepCase: true });
writeFileSync(join(__dirname, 'tfplugin6.generated.json'), `${JSON.stringify(root.toJSON())}\n`);
