/** Levels without namespaces: what is granted of the files, and whose connections are whose. */
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { grantFiles } from '../../firewall/jail/file-grants';
import type { Disk, FilePolicy } from '../../firewall/jail/mounts';
import {
  parseDestination,
  RedirectedConnections,
  type Destination,
} from '../../firewall/jail/redirected-connections';

/** A disk of these paths; folders are what others lie in. */
function diskOf(text: string): Disk {
  const paths = text.trim().split(/\s+/);
  const below = (folder: string) => (folder === '/' ? '/' : `${folder}/`);
  return {
    resolve: (path) =>
      path === '/' || paths.some((each) => each === path || each.startsWith(below(path)))
        ? path
        : undefined,
    isFolder: (path) => paths.some((each) => each.startsWith(below(path))),
    list: (folder) => [
      ...new Set(
        paths
          .filter((path) => path.startsWith(below(folder)))
          .map((path) => path.slice(below(folder).length).split('/')[0] ?? ''),
      ),
    ],
  };
}

const DISK = diskOf(`
  /usr/bin/sh /etc/passwd /dev/null /dev/sda /tmp/other /run/secrets/token
  /home/a/.bashrc /home/a/.ssh/id /home/a/.cache/x /home/a/.config/git/c /home/a/.config/tool/c
  /home/a/.local/state/aigov/secret /home/a/.local/share/x
  /home/a/p/.git/config /home/a/p/src /home/b/other
`);

function grant(files: FilePolicy = {}, places: Partial<{ home: string; workdir: string }> = {}) {
  return grantFiles({
    home: '/home/a',
    workdir: '/home/a/p',
    ...places,
    files,
    secret: ['/home/a/.local/state/aigov'],
    disk: DISK,
    scratch: '/tmp/aigov-1',
    needed: ['/usr/bin/sh'],
  });
}

/** Whether some grant holds for the path: Landlock looks at all folders above it. */
function covers(grants: readonly string[], path: string): boolean {
  return grants.some((each) => each === '/' || path === each || path.startsWith(`${each}/`));
}

describe('file grants', () => {
  test.each([
    ['/usr/bin/sh', 'r', 'programs run'],
    ['/etc/passwd', 'r', 'everything else is readable'],
    ['/home/b/other', 'r', 'other homes, as far as their modes let'],
    ['/home/a/.bashrc', 'r', 'protected'],
    ['/home/a/.config/git/c', 'r', 'protected, below a folder that is not'],
    ['/home/a/.config/tool/c', 'rw', 'beside a protected one'],
    ['/home/a/.cache/x', 'rw', 'part of the home'],
    ['/home/a/new', '', 'a new name in the home: its folder cannot be granted'],
    ['/home/a/.ssh/id', '', 'hidden'],
    ['/home/a/.local/state/aigov/secret', '', 'our state'],
    ['/home/a/.local/share/x', 'rw', 'beside our state'],
    ['/home/a/p/src', 'rw', 'the project'],
    ['/home/a/p/new', 'rw', 'new in the project'],
    ['/home/a/p/.git/config', 'rw', 'not protected at this level: the project is granted whole'],
    ['/tmp/other', '', 'of other programs'],
    ['/tmp/aigov-1/x', 'w', 'own temporary files; writing includes reading'],
    ['/run/secrets/token', '', 'of the machine'],
    ['/dev/null', 'w', 'needed by every shell'],
    ['/dev/sda', '', 'a device'],
  ])('%s: %j, %s', (path, rights) => {
    const { read, write } = grant();
    const found = (covers(read, path) ? 'r' : '') + (covers(write, path) ? 'w' : '');
    expect(found).toBe(rights);
  });

  test('a project that is the home is granted as a home', () => {
    const { read, write } = grant({}, { workdir: '/home/a' });
    expect(covers(write, '/home/a/.bashrc')).toBe(false);
    expect(covers(write, '/home/a/.cache/x')).toBe(true);
    expect(covers(read, '/home/a/.ssh/id')).toBe(false);
  });

  test('the policy’s writable list replaces home and project', () => {
    const { write } = grant({ writable: ['/tmp'] });
    expect(covers(write, '/tmp/other')).toBe(true);
    expect(covers(write, '/home/a/p/src')).toBe(false);
  });

  test('a home of / does not make the machine writable', () => {
    expect(covers(grant({}, { home: '/', workdir: '/' }).write, '/etc/passwd')).toBe(false);
  });

  test('a hidden path below a named one stays hidden', () => {
    const { read, write } = grant({ writable: ['/home/a'], hidden: ['/home/a/.cache'] });
    expect(covers([...read, ...write], '/home/a/.cache/x')).toBe(false);
  });
});

describe('destinations', () => {
  test.each([
    ['00000000000000000000ffff5db8d8221f90', { address: '93.184.216.34', port: 8080 }],
    ['20010db800000000000000000000000101bb', { address: '2001:db8::1', port: 443 }],
    ['000000000000000000000000000000010035', { address: '::1', port: 53 }],
    ['00', undefined],
    ['', undefined],
  ])('%s', (hex, destination) => {
    expect(parseDestination(Buffer.from(hex, 'hex'))).toEqual(destination);
  });
});

describe('redirected connections', () => {
  const target: Destination = { address: '192.0.2.1', port: 443 };
  let served: Destination[];
  let server: Server;
  let redirected: RedirectedConnections;
  let accepted: Promise<Socket>;

  beforeEach(async () => {
    served = [];
    redirected = new RedirectedConnections((_, destination) => served.push(destination));
    server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    accepted = once(server, 'connection').then(([socket]) => socket as Socket);
  });
  afterEach(() => server.close());

  async function arrive(): Promise<[Socket, Socket]> {
    const client = connect((server.address() as AddressInfo).port, '127.0.0.1');
    client.on('error', () => undefined);
    return [client, await accepted];
  }

  const sourceOf = (socket: Socket) => ({
    address: socket.remoteAddress ?? '',
    port: socket.remotePort ?? 0,
  });

  test.each(['before', 'after'] as const)('the word may come %s the connection', async (order) => {
    const [client, socket] = await arrive();
    if (order === 'before') redirected.announce(sourceOf(socket), target);
    redirected.accept(socket);
    if (order === 'after') redirected.announce(sourceOf(socket), target);
    expect(served).toEqual([target]);
    client.destroy();
    socket.destroy();
  });

  test('a word counts for one connection, and not for another source', async () => {
    const [client, socket] = await arrive();
    redirected.announce({ ...sourceOf(socket), address: '127.0.0.9' }, target);
    redirected.accept(socket);
    expect(served).toEqual([]);
    client.destroy();
    socket.destroy();
  });
});
