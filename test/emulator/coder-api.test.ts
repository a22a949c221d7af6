import { startCoderApi } from '../../emulator';

const ADA = { id: 'ada-id', username: 'ada' };

interface Case {
  readonly why: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly path: string;
  readonly status: number;
}

test.each<Case>([
  {
    why: 'a token in the header',
    path: '/api/v2/users/me',
    headers: { 'Coder-Session-Token': 'good' },
    status: 200,
  },
  {
    why: 'a token in a cookie',
    path: '/api/v2/users/me',
    headers: { cookie: 'a=b; coder_session_token=good' },
    status: 200,
  },
  {
    why: 'a token in the query',
    path: '/api/v2/users/me?coder_session_token=good',
    headers: {},
    status: 200,
  },
  {
    why: 'another token',
    path: '/api/v2/users/me',
    headers: { 'Coder-Session-Token': 'bad' },
    status: 401,
  },
  {
    why: 'a name every object has',
    path: '/api/v2/users/me',
    headers: { 'Coder-Session-Token': 'constructor' },
    status: 401,
  },
  { why: 'no token', path: '/api/v2/users/me', headers: {}, status: 401 },
  { why: 'buildinfo needs none', path: '/api/v2/buildinfo', headers: {}, status: 200 },
  {
    why: 'another route',
    path: '/api/v2/nothing',
    headers: { 'Coder-Session-Token': 'good' },
    status: 404,
  },
])('answers $status to $why', async ({ headers, path, status }) => {
  await using api = await startCoderApi({ users: { good: ADA } });
  expect((await fetch(`${api.url}${path}`, { headers })).status).toBe(status);
});

test('a token is good until it is revoked', async () => {
  await using api = await startCoderApi({ users: { good: ADA } });
  const ask = () =>
    fetch(`${api.url}/api/v2/users/me`, { headers: { 'Coder-Session-Token': 'good' } });
  expect(await (await ask()).json()).toMatchObject({ ...ADA, email: 'ada@example.com' });
  api.revoke('good');
  expect((await ask()).status).toBe(401);
  expect(api.received).toEqual(['GET /api/v2/users/me', 'GET /api/v2/users/me']);
});

const EVE = { id: 'eve-id', username: 'eve', roles: ['owner'] };
const DEV = { id: 'w1', name: 'dev', ownerId: 'ada-id', templateName: 'node' };

test.each<{ who: string; status: number }>([
  { who: 'its owner', status: 200 },
  { who: 'somebody else', status: 404 },
  { who: 'a site owner', status: 200 },
])('a workspace answers $status to $who', async ({ who, status }) => {
  await using api = await startCoderApi({
    users: { 'its owner': ADA, 'somebody else': { id: 'x', username: 'x' }, 'a site owner': EVE },
    workspaces: [DEV],
  });
  const headers = { 'Coder-Session-Token': who };
  const answer = await fetch(`${api.url}/api/v2/workspaces/w1`, { headers });
  expect(answer.status).toBe(status);
  const body = (await answer.json()) as object;
  if (status === 200) expect(body).toMatchObject({ owner_name: 'ada', template_name: 'node' });
});
