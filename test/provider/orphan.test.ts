import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createServerCertificate } from '../../provider/plugin';
import { bundle, scratch } from '../emulator/stand-in-bundle';
import { MAGIC_COOKIE, parseHandshake } from './plugin-client';

/** Starts the program it is given on its own stdout, and waits for ever. */
const PARENT = `
require('node:child_process').spawn(process.execPath, [process.argv[1]], { stdio: ['ignore', 'inherit', 'ignore'] });
setInterval(() => undefined, 1000);
`;

test('a provider whose Terraform was killed ends by itself and takes its socket along', async () => {
  using folder = scratch('orphan');
  const program = bundle('test/provider/example-main.ts', folder.path);
  const terraform = spawn(process.execPath, ['-e', PARENT, program], {
    env: {
      ...MAGIC_COOKIE,
      PLUGIN_CLIENT_CERT: createServerCertificate().certificatePem,
      PLUGIN_UNIX_SOCKET_DIR: folder.path,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(terraform.stdout, 'data')) as [Buffer];
  const { address } = parseHandshake(String(line));
  expect(existsSync(address)).toBe(true);
  terraform.kill('SIGKILL');
  // The stream ends when the last process that holds it is gone.
  await once(terraform.stdout, 'close');
  expect(existsSync(address)).toBe(false);
}, 30_000);
