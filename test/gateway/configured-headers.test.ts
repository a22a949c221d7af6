import { compilePolicy } from '../../policy';
import { createGateway } from '../../gateway';
import { addConfiguredHeaders } from '../../gateway/configured-headers';
import type { Admitted } from '../../gateway/exchange';
import { startModelUpstream } from '../../emulator';
import { listen, MemoryRecorder } from './harness';

test('another gateway as upstream: its headers and the actor go along, a client cannot speak for another', async () => {
  await using upstream = await startModelUpstream({
    turns: [{ content: [{ type: 'text', text: 'hi' }] }],
    apiKey: 'its-key',
  });
  await using gateway = await listen(
    createGateway({
      providers: [
        {
          name: 'litellm',
          type: 'anthropic',
          baseUrl: upstream.url,
          keys: ['its-key'],
          headers: { 'X-Route': 'cheap', 'x-portal-key': 'portal-secret' },
          actorHeaders: { user: 'X-Actor', workspace: 'x-workspace' },
        },
      ],
      authenticate: () => ({ user: 'alice', isVerified: true }),
      policy: compilePolicy([]),
      recorder: new MemoryRecorder(),
    }),
  );
  const answer = await fetch(`${gateway.url}/litellm/v1/messages`, {
    method: 'POST',
    headers: { 'x-api-key': 't', 'x-actor': 'mallory', 'X-WORKSPACE': 'theirs', 'x-route': 'dear' },
    body: JSON.stringify({ model: 'm', messages: [] }),
  });
  expect(answer.status).toBe(200);
  const [received] = upstream.received;
  expect(received?.headers).toMatchObject({
    'x-actor': 'alice',
    'x-route': 'cheap',
    'x-portal-key': 'portal-secret',
    'x-api-key': 'its-key',
  });
  expect(received?.headers).not.toHaveProperty('x-workspace');
});

test('a name outside ASCII travels percent-encoded', () => {
  const exchange = {
    provider: { actorHeaders: { user: 'x-user' } },
    caller: { identity: { user: 'Zoë\r\nx: 1', isVerified: true } },
  } as unknown as Admitted;
  expect(addConfiguredHeaders([], exchange)).toEqual(['x-user', 'Zo%C3%AB%0D%0Ax%3A%201']);
});
