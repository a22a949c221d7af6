import { execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, isIP, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, createServer as createTlsServer } from 'node:tls';
import { fc, test as property } from '@fast-check/jest';
import { addressOctets } from '../../firewall/tls/address-octets';
import { caBundle, caEnvironment, loadSystemRoots } from '../../firewall/tls/ca-bundle';
import {
  type CertificateAuthority,
  createCertificateAuthority,
  MAX_CACHED_CONTEXTS,
} from '../../firewall/tls/certificate-authority';
import { MAX_CLIENT_HELLO_BYTES, parseClientHello } from '../../firewall/tls/client-hello';

const SHARED_AUTHORITY = createCertificateAuthority();
const DAY_MS = 24 * 60 * 60 * 1000;
const LONG_HOST = `${'a'.repeat(63)}.${'b'.repeat(63)}.${'c'.repeat(63)}.example.com`;

/** A real handshake against a context of the authority: what a client saw, and whether it would verify. */
async function shake(
  authority: CertificateAuthority,
  host: string,
): Promise<{ authorized: boolean; leaf: X509Certificate }> {
  const server = createTlsServer({
    SNICallback: (_name, done) => done(null, authority.contextFor(host)),
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const client = connect({
    port,
    host: '127.0.0.1',
    // An address is never sent as a server name; the certificate is checked against the host by the caller.
    servername: isIP(host) === 0 ? host : 'address.test',
    ca: authority.certificatePem,
    rejectUnauthorized: false,
  });
  try {
    await once(client, 'secureConnect');
    const leaf = client.getPeerX509Certificate();
    if (leaf === undefined) throw new Error('the server sent no certificate');
    return { authorized: client.authorized, leaf };
  } finally {
    client.destroy();
    server.close();
  }
}

async function leafOf(authority: CertificateAuthority, host: string): Promise<X509Certificate> {
  return (await shake(authority, host)).leaf;
}

test.each<{ host: string; why: string }>([
  { host: 'api.github.com', why: 'a plain name' },
  { host: 'xn--mnchen-3ya.example', why: 'an internationalised name' },
  { host: LONG_HOST, why: 'longer than a common name may be' },
  { host: 'under_score.example', why: 'an underscore, as real hosts have' },
])('a verifying client accepts the certificate for $why', async ({ host }) => {
  const authority = createCertificateAuthority();
  const { authorized, leaf } = await shake(authority, host);
  expect(authorized).toBe(true);
  expect(leaf.subjectAltName).toBe(`DNS:${host}`);
});

describe('openssl', () => {
  const folder = mkdtempSync(join(tmpdir(), 'aigov-tls-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  test.each(['example.com', '198.51.100.7', '2001:db8::7', LONG_HOST])(
    'accepts %s under its strict rules',
    async (host) => {
      const authority = createCertificateAuthority();
      const leaf = await leafOf(authority, host);
      writeFileSync(join(folder, 'ca.pem'), authority.certificatePem);
      writeFileSync(join(folder, 'leaf.pem'), leaf.toString());
      const said = execFileSync(
        'openssl',
        ['verify', '-x509_strict', '-CAfile', 'ca.pem', 'leaf.pem'],
        { cwd: folder, encoding: 'utf8' },
      );
      expect(said).toBe('leaf.pem: OK\n');
    },
  );
});

const label = fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,40}[a-z0-9])?$/);

property.prop([fc.array(label, { minLength: 1, maxLength: 4 })], { numRuns: 60 })(
  'every host name gives a certificate that OpenSSL parses, names it and was signed by the authority',
  async (labels) => {
    const host = labels.join('.');
    const leaf = await leafOf(SHARED_AUTHORITY, host);
    const ca = new X509Certificate(SHARED_AUTHORITY.certificatePem);
    expect(leaf.subjectAltName).toBe(`DNS:${host}`);
    expect(leaf.verify(ca.publicKey)).toBe(true);
    expect(leaf.checkIssued(ca)).toBe(true);
  },
);

test('an address is named as an address', async () => {
  const leaf = await leafOf(SHARED_AUTHORITY, '2001:db8::7');
  expect(leaf.checkIP('2001:db8::7')).toBe('2001:db8::7');
  expect((await leafOf(SHARED_AUTHORITY, '198.51.100.7')).checkIP('198.51.100.7')).toBeDefined();
});

test('two authorities share neither key nor name', () => {
  const [one, two] = [0, 1000].map((ms) => createCertificateAuthority(() => ms));
  const [a, b] = [one, two].map((ca) => new X509Certificate(ca?.certificatePem ?? ''));
  expect(a?.publicKey.equals(b?.publicKey ?? a.publicKey)).toBe(false);
  expect(a?.subject).not.toBe(b?.subject);
});

test('a context is cached, and issued anew once the clock leaves its validity either way', () => {
  let nowMs = Date.UTC(2026, 10, 21);
  const authority = createCertificateAuthority(() => nowMs);
  const first = authority.contextFor('a.test');
  expect(authority.contextFor('a.test')).toBe(first);
  nowMs += 61 * DAY_MS;
  const later = authority.contextFor('a.test');
  expect(later).not.toBe(first);
  nowMs -= 70 * DAY_MS;
  expect(authority.contextFor('a.test')).not.toBe(later);
});

test('keeps a bounded number of contexts, the most recently used ones', () => {
  const authority = createCertificateAuthority();
  const kept = authority.contextFor('kept.test');
  const dropped = authority.contextFor('dropped.test');
  for (let i = 0; i < MAX_CACHED_CONTEXTS - 1; i += 1) {
    authority.contextFor(`h${i}.test`);
    if (i === 0) authority.contextFor('kept.test');
  }
  expect(authority.contextFor('kept.test')).toBe(kept);
  expect(authority.contextFor('dropped.test')).not.toBe(dropped);
});

describe('bundle', () => {
  const ca = SHARED_AUTHORITY.certificatePem;
  const other = createCertificateAuthority().certificatePem;

  test('holds system, corporate and our roots, each once, and no key', () => {
    const key = '-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n';
    const text = caBundle({ systemRoots: `# roots\n${other}`, corporate: [key, other], ca });
    expect(text.match(/BEGIN CERTIFICATE/g)).toHaveLength(2);
    expect(text).not.toContain('PRIVATE');
    expect(text).toContain(ca.trim());
  });

  test('the environment names it by every variable', () => {
    const { JAVA_TOOL_OPTIONS, ...env } = caEnvironment('/x/bundle.pem', '/x/trust.jks');
    expect(JAVA_TOOL_OPTIONS).toBe('-Djavax.net.ssl.trustStore=/x/trust.jks');
    expect(Object.values(env).every((path) => path === '/x/bundle.pem')).toBe(true);
    expect(Object.keys(env)).toEqual(
      expect.arrayContaining(['SSL_CERT_FILE', 'NODE_EXTRA_CA_CERTS', 'npm_config_cafile']),
    );
  });

  test('a missing system bundle is an empty one', async () => {
    await expect(loadSystemRoots(['/nonexistent/roots.pem'])).resolves.toBe('');
  });
});

test.each([
  ['1.2.3.4', '01020304'],
  ['::1', '00000000000000000000000000000001'],
  ['2001:db8::7', '20010db8000000000000000000000007'],
  ['::ffff:198.18.0.1', '00000000000000000000ffffc6120001'],
  ['fe80::1%eth0', 'fe800000000000000000000000000001'],
])('the octets of %s', (address, hex) => {
  expect(addressOctets(address).toString('hex')).toBe(hex);
});

/** What a real client sends first. */
async function helloOf(options: { servername?: string; ALPNProtocols?: string[] }) {
  const listening = createServer();
  listening.listen(0, '127.0.0.1');
  await once(listening, 'listening');
  const { port } = listening.address() as AddressInfo;
  const client = connect({ port, host: '127.0.0.1', ...options });
  client.on('error', () => undefined);
  const [socket] = await once(listening, 'connection');
  const [bytes] = await once(socket, 'data');
  client.destroy();
  socket.destroy();
  listening.close();
  return bytes as Buffer;
}

describe('ClientHello', () => {
  test('name and protocols of a real client, and `incomplete` at every byte before the end', async () => {
    const bytes = await helloOf({
      servername: 'Api.Example.com',
      ALPNProtocols: ['h2', 'http/1.1'],
    });
    expect(parseClientHello(bytes)).toEqual({
      kind: 'hello',
      serverName: 'api.example.com',
      protocols: ['h2', 'http/1.1'],
    });
    for (let length = 0; length < bytes.length; length += 1) {
      expect(parseClientHello(bytes.subarray(0, length))).toEqual({ kind: 'incomplete' });
    }
  });

  test('the same split over many records', async () => {
    const bytes = await helloOf({ servername: 'a.example' });
    const pieces = bytes
      .subarray(5)
      .toString('hex')
      .match(/.{1,14}/g)
      ?.map((hex) => {
        const fragment = Buffer.from(hex, 'hex');
        return Buffer.concat([Buffer.from([0x16, 3, 1, 0, fragment.length]), fragment]);
      });
    expect(parseClientHello(Buffer.concat(pieces ?? []))).toMatchObject({
      serverName: 'a.example',
    });
  });

  test('no server name, and early data behind it', async () => {
    const bytes = await helloOf({});
    const withEarlyData = Buffer.concat([bytes, Buffer.from([0x17, 3, 3, 0, 1, 9])]);
    expect(parseClientHello(withEarlyData)).toEqual({ kind: 'hello', protocols: [] });
  });

  test.each<{ bytes: Buffer; why: string }>([
    { bytes: Buffer.from('GET / HTTP/1.1\r\n'), why: 'HTTP' },
    { bytes: Buffer.from([0x16, 3, 1, 0, 4, 2, 0, 0, 0]), why: 'a ServerHello' },
    { bytes: Buffer.from([0x16, 3, 1, 0, 0]), why: 'an empty record' },
    { bytes: Buffer.from([0x16, 3, 1, 0x40, 0, 1, 0xff, 0, 0]), why: 'a length beyond the limit' },
  ])('invalid: $why', ({ bytes }) => {
    expect(parseClientHello(bytes)).toEqual({ kind: 'invalid' });
  });

  test('a name said twice is invalid, in one extension or in two', () => {
    const name = (host: string) => [0, 0, host.length, ...Buffer.from(host)];
    const serverName = (...names: number[][]) => {
      const list = names.flat();
      return [0, 0, 0, list.length + 2, 0, list.length, ...list];
    };
    const hello = (...extensions: number[]): Buffer => {
      const body = [3, 3, ...Array<number>(32).fill(0), 0, 0, 2, 0x13, 1, 1, 0];
      const whole = [...body, 0, extensions.length, ...extensions];
      return Buffer.from([0x16, 3, 1, 0, whole.length + 4, 1, 0, 0, whole.length, ...whole]);
    };
    const one = serverName(name('a.test'));
    expect(parseClientHello(hello(...one))).toMatchObject({ serverName: 'a.test' });
    expect(parseClientHello(hello(...one, ...serverName(name('b.test')))).kind).toBe('invalid');
    expect(parseClientHello(hello(...serverName(name('a.test'), name('b.test')))).kind).toBe(
      'invalid',
    );
  });

  test('one that never ends is invalid at the limit, not before', () => {
    const record = Buffer.alloc(MAX_CLIENT_HELLO_BYTES + 5);
    record.set([0x16, 3, 1, 0x3f, 0xfb, 1, 0, 0x3f, 0xfc]);
    expect(parseClientHello(record.subarray(0, MAX_CLIENT_HELLO_BYTES - 1)).kind).toBe(
      'incomplete',
    );
    expect(parseClientHello(record).kind).toBe('invalid');
  });

  test('a changed byte never throws and never yields a name that is not one', async () => {
    const bytes = await helloOf({ servername: 'a.example', ALPNProtocols: ['h2'] });
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.nat(255), (at, value) => {
        const changed = Buffer.from(bytes);
        changed[at] = value;
        const hello = parseClientHello(changed);
        if (hello.kind !== 'hello' || hello.serverName === undefined) return;
        expect(hello.serverName).toMatch(/^[a-z0-9][a-z0-9_.-]*$/);
      }),
    );
  });
});
