/**
 * Tries to reach something and says what came back: `reach URL [ADDRESS]` or `reach dns:HOST`. With an address it
 * connects there whatever the host resolves to, unless proxy variables say where to go. Exit status 0 when it was reached, 1 when not.
 */
import { lookup } from 'node:dns/promises';
import { Agent as HttpAgent, request as requestHttp, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as requestHttps } from 'node:https';
import { text } from 'node:stream/consumers';

const TIMEOUT_MS = 20_000;

async function reach(target: string, address: string | undefined): Promise<string> {
  if (target.startsWith('dns:')) return (await lookup(target.slice('dns:'.length))).address;
  const response = await get(new URL(target), address);
  const answer = `${response.statusCode} ${(await text(response)).trim()}`;
  if (response.statusCode !== 200) throw new Error(answer);
  return answer;
}

function get(url: URL, address: string | undefined): Promise<IncomingMessage> {
  const isSecure = url.protocol === 'https:';
  const request = isSecure ? requestHttps : requestHttp;
  const agent = new (isSecure ? HttpsAgent : HttpAgent)({ proxyEnv: process.env });
  const connect =
    address === undefined || process.env['HTTPS_PROXY'] !== undefined
      ? {}
      : { hostname: address, servername: url.hostname, headers: { host: url.host } };
  return new Promise((resolve, reject) => {
    request(url, { ...connect, agent, timeout: TIMEOUT_MS }, resolve)
      .on('error', reject)
      .end();
  });
}

const [target = '', address] = process.argv.slice(2);
reach(target, address).then(
  (seen) => process.stdout.write(`${seen}\n`),
  (error: unknown) => {
    process.stdout.write(
      `not reached: ${error instanceof Error ? error.message : String(error)}\n`,
    );
    process.exitCode = 1;
  },
);
