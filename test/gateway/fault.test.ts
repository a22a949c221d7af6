/** A fault of ours in the middle of an exchange: the interception is closed all the same, and its slot is free again. */
import { startModelUpstream } from '../../emulator';
import { createGateway, LocalRateLimiter } from '../../gateway';
import { compilePolicy } from '../../policy';
import { listen, MemoryRecorder } from './harness';

const TOKEN = 'session-token';

test('an exchange that fails by our own fault is closed with it, and the next one runs', async () => {
  /** The clock is asked at the first byte and at the end of an answer: the end of the first one fails. */
  let callsUntilFault = Infinity;
  await using upstream = await startModelUpstream({
    apiKey: 'key',
    turns: (_, index) => {
      if (index === 0) callsUntilFault = 2;
      return { content: [{ type: 'text', text: 'hello' }] };
    },
  });
  const recorder = new MemoryRecorder();
  await using gateway = await listen(
    createGateway({
      providers: [{ name: 'anthropic', type: 'anthropic', baseUrl: upstream.url, keys: ['key'] }],
      authenticate: () => ({ user: 'alice', isVerified: true }),
      policy: compilePolicy([
        { apiVersion: 'aigov/v1', name: 'org', rateLimits: [{ scope: 'user', concurrent: 1 }] },
      ]),
      rateLimiter: new LocalRateLimiter(),
      recorder,
      clock: () => {
        callsUntilFault -= 1;
        if (callsUntilFault === 0) throw new Error('a fault of ours');
        return performance.now();
      },
    }),
  );
  const ask = () =>
    fetch(`${gateway.url}/anthropic/v1/messages`, {
      method: 'POST',
      headers: { 'x-api-key': TOKEN, 'content-type': 'application/json' },
      body: JSON.stringify({
        model: 'claude-scripted',
        max_tokens: 9,
        messages: [{ role: 'user', content: 'hi' }],
      }),
    }).then((response) => response.text());
  await ask().catch(() => 'cut');
  await recorder.written('close');
  expect(await ask()).toContain('hello');
  const closes = await recorder.written('close', 2);
  expect(closes.map(({ data }) => [data['ending'], data['errorCode']])).toEqual([
    ['upstream_error', 'GATEWAY_FAULT'],
    ['completed', undefined],
  ]);
});
