/** A daemon in a process of its own, for killing: prints its launch arguments, then serves until it dies. */
import { randomUUID } from 'node:crypto';
import { appendFileSync } from 'node:fs';
import { startJailHost } from '../../firewall/daemon';

const [, , stateDir = '', helperPath = '', recordFile = ''] = process.argv;

void startJailHost({
  stateDir,
  helperPath,
  policy: () => ({ version: 'v1', mode: 'enforce', auditOnFailure: 'block' }),
  guardPolicy: () => ({
    watchedNames: ['true'],
    decideExec: () => ({ effect: 'allow', reason: 'no_rule_denies' }),
  }),
  recorder: {
    record(record) {
      appendFileSync(recordFile, `${JSON.stringify(record)}\n`);
      const chain = { uid: '', seq: 0, prev: '', hash: '' };
      return Promise.resolve({ ...record, version: 1 as const, time: '', chain });
    },
  },
  newId: randomUUID,
  facts: {},
  network: {
    accept: (socket) => socket.end('hello\n'),
    acceptProxy: (socket) => socket.destroy(),
    answerDns: () => undefined,
    forget: () => undefined,
  },
  caBundle: '',
  loopback: [],
  log: () => undefined,
}).then((host) => process.stdout.write(`${JSON.stringify(host.launchArguments([]))}\n`));
