/** What a jail is told to be: frames, environment, mounts, levels. Pure parts, without a kernel. */
import { fc, test as property } from '@fast-check/jest';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  createFrameReader,
  decodeFields,
  encodeField,
  encodeFrame,
  MAX_FRAME_BYTES,
  type Frame,
} from '../../firewall/jail/frames';
import { jailEnvironment } from '../../firewall/jail/environment';
import { landlockRules } from '../../firewall/jail/landlock';
import { planMounts, type Disk, type FilePolicy } from '../../firewall/jail/mounts';
import { reportLevels, requireLevel } from '../../firewall/probe';
import { LEVELS } from '../../policy';

const fields = fc.array(
  fc.record({ tag: fc.constantFrom('a', 'q', 'w'), value: fc.uint8Array({ maxLength: 40 }) }),
);
const frames = fc.array(
  fc.record({
    jail: fc.nat(),
    type: fc.constantFrom('H', 'X', 'E'),
    payload: fc.uint8Array({ maxLength: 60 }),
  }),
);

describe('frames', () => {
  property.prop([fields])('decode is the inverse of encode', (given) => {
    const payload = Buffer.concat(
      given.map(({ tag, value }) => encodeField(tag, Buffer.from(value))),
    );
    expect(decodeFields(payload)).toEqual(
      given.map(({ tag, value }) => ({ tag, value: Buffer.from(value) })),
    );
  });

  property.prop([fc.uint8Array({ maxLength: 200 })])(
    'any bytes are fields or malformed, never an exception',
    (bytes) => {
      const decoded = decodeFields(Buffer.from(bytes));
      expect(decoded === undefined || Array.isArray(decoded)).toBe(true);
    },
  );

  property.prop([frames, fc.array(fc.integer({ min: 1, max: 50 }))])(
    'a stream gives the same frames however it is cut',
    (given, cuts) => {
      const sent = given.map(({ jail, type, payload }): Frame => ({
        jail,
        type,
        payload: Buffer.from(payload),
      }));
      const stream = Buffer.concat(sent.map(encodeFrame));
      const received: Frame[] = [];
      const read = createFrameReader((frame) => received.push(frame));
      let at = 0;
      for (const size of cuts) read(stream.subarray(at, (at += size)));
      read(stream.subarray(at));
      expect(received).toEqual(sent);
    },
  );

  test('a frame over the limit is refused before it is held', () => {
    const head = Buffer.alloc(9);
    head.writeUInt32LE(MAX_FRAME_BYTES + 1);
    expect(() => createFrameReader(() => undefined)(head)).toThrow(RangeError);
    head.writeUInt32LE(MAX_FRAME_BYTES);
    expect(() => createFrameReader(() => undefined)(head)).not.toThrow();
  });
});

describe('the environment of a jail', () => {
  test.each([
    ['HOME=/home/a', true, 'needed'],
    ['LC_ALL=C', true, 'family of settings'],
    ['npm_config_registry=https://r', true, 'tool setting'],
    ['npm_config__authToken=x', false, 'looks like a secret'],
    ['ANTHROPIC_API_KEY=aigov-placeholder', true, 'client setting of the template'],
    ['CODER_AGENT_TOKEN=x', false, 'Coder credential'],
    ['CODER_SESSION_TOKEN=x', false, 'Coder credential'],
    ['AIGOV_SESSION_TOKEN=x', false, 'ours'],
    ['SSH_AUTH_SOCK=/x', false, 'a way out'],
    ['DBUS_SESSION_BUS_ADDRESS=x', false, 'a way out'],
    ['XDG_RUNTIME_DIR=/run/user/1', false, 'sockets live there'],
    ['XDG_CACHE_HOME=/c', true, 'tool setting'],
    ['GITHUB_TOKEN=x', false, 'not on the list'],
    ['AWS_SECRET_ACCESS_KEY=x', false, 'not on the list'],
    ['PATH', true, 'no value'],
  ])('%s: kept %s, %s', (entry, isKept) => {
    const kept = jailEnvironment({ entries: [entry], additions: {} });
    expect(kept).toHaveLength(isKept ? 1 : 0);
  });

  property.prop([fc.array(fc.tuple(fc.stringMatching(/^[A-Z_]{1,12}$/), fc.string()))])(
    'a secret value is nowhere, whatever variable carries it',
    (pairs) => {
      const secret = 's3cr3t-value';
      const entries = pairs.map(
        ([name, value], index) => `${name}=${index % 2 ? value : value + secret}`,
      );
      const kept = jailEnvironment({ entries, additions: { HOME: secret }, secrets: [secret, ''] });
      expect(kept.join('\n')).not.toContain(secret);
    },
  );

  test('what we set wins over what the caller has', () => {
    expect(jailEnvironment({ entries: ['LANG=a'], additions: { LANG: 'b' } })).toEqual(['LANG=b']);
  });
});

function diskOf(
  folders: readonly string[],
  files: readonly string[],
  links: Record<string, string> = {},
): Disk {
  return {
    resolve: (path) => {
      const target = links[path] ?? path;
      return folders.includes(target) || files.includes(target) ? target : undefined;
    },
    isFolder: (path) => folders.includes(path),
    list: (folder) =>
      [...folders, ...files].flatMap((path) => {
        const prefix = folder === '/' ? '/' : `${folder}/`;
        const name = path.startsWith(prefix) ? path.slice(prefix.length) : '';
        return name === '' || name.includes('/') ? [] : [name];
      }),
  };
}

function plan(files: FilePolicy, disk: Disk) {
  return planMounts({
    home: '/home/a',
    workdir: '/home/a/p',
    files,
    secret: ['/home/a/.local/state/aigov'],
    caBundle: '/home/a/.local/state/aigov/ca.pem',
    javaTrustStore: '/home/a/.local/state/aigov/java-trust.jks',
    systemBundles: [],
    sockets: [],
    disk,
  });
}

describe('the mount plan', () => {
  const folders = [
    '/home/a',
    '/home/a/p',
    '/tmp',
    '/run',
    '/srv',
    '/home/a/.ssh',
    '/home/a/.config',
    '/home/a/.config/git',
    '/home/a/.config/coderv2',
    '/home/a/.local/state/aigov',
    '/home/a/p/.git/hooks',
  ];
  const disk = diskOf(folders, ['/home/a/.bashrc']);
  const targets = (files: FilePolicy, kind: string) =>
    plan(files, disk)
      .steps.filter((step) => step.kind === kind)
      .map(({ target }) => target);

  test('starts read-only, and only home, project and scratch folders are writable', () => {
    expect(plan({}, disk).steps[0]).toMatchObject({ kind: 'readOnly', target: '/' });
    expect(plan({}, disk).writable).toEqual(['/home/a', '/tmp', '/run', '/dev', '/proc']);
  });

  test('a policy’s writable list replaces the default', () => {
    expect(plan({ writable: ['$WORKDIR', '/srv', '/missing'] }, disk).writable).toEqual([
      '/home/a/p',
      '/srv',
      '/tmp',
      '/run',
      '/dev',
      '/proc',
    ]);
  });

  test('protected files are read-only, credentials and state are covered', () => {
    expect(targets({}, 'bindReadOnly')).toEqual(
      expect.arrayContaining(['/home/a/.bashrc', '/home/a/.config/git', '/home/a/p/.git/hooks']),
    );
    expect(targets({}, 'emptyFolder')).toEqual([
      '/home/a/.config/coderv2',
      '/home/a/.local/state/aigov',
      '/home/a/.ssh',
    ]);
  });

  test('every folder above a cover is pinned exactly once, before it', () => {
    const { steps } = plan({}, disk);
    const pins = steps
      .filter(({ kind, source, target }) => kind === 'bind' && source === target)
      .map(({ target }) => target);
    expect(pins.filter((target) => target === '/home/a/.config')).toHaveLength(1);
    expect(pins).toContain('/home/a/p/.git');
    const at = (wanted: string, kind: string) =>
      steps.findIndex(({ target, kind: is }) => target === wanted && is === kind);
    expect(at('/home/a/.config', 'bind')).toBeLessThan(at('/home/a/.config/git', 'bindReadOnly'));
    expect(at('/home/a/.config', 'bind')).toBeLessThan(
      at('/home/a/.config/coderv2', 'emptyFolder'),
    );
  });

  test('a policy may lift a default, never our own secrets', () => {
    expect(targets({ writable: ['~', '~/.bashrc'] }, 'bindReadOnly')).not.toContain(
      '/home/a/.bashrc',
    );
    expect(targets({ readOnly: ['~/.ssh', '~/.local/state/aigov'] }, 'emptyFolder')).toEqual([
      '/home/a/.config/coderv2',
      '/home/a/.local/state/aigov',
    ]);
  });

  test('folders that only lead to a socket may be closed to the jail’s user, others may not', () => {
    const { steps } = planMounts({
      home: '/home/a',
      workdir: '/home/a/p',
      files: {},
      secret: ['/home/a/state/x'],
      caBundle: '/c',
      systemBundles: [],
      javaTrustStore: '/j',
      sockets: ['/home/a/other/deep/s.sock', '/home/a/state/y.sock'],
      disk: diskOf(
        ['/home/a', '/home/a/p', '/home/a/state/x'],
        ['/home/a/other/deep/s.sock', '/home/a/state/y.sock'],
      ),
    });
    const pins = steps.filter(({ kind, source, target }) => kind === 'bind' && source === target);
    expect(
      Object.fromEntries(pins.map(({ target, isOptional }) => [target, isOptional])),
    ).toMatchObject({
      '/home/a/other': true,
      '/home/a/other/deep': true,
      '/home/a/state': undefined,
    });
  });

  test('a home or project of / does not make the machine writable', () => {
    const root = planMounts({
      home: '/',
      workdir: '/',
      files: {},
      secret: [],
      caBundle: '/c',
      javaTrustStore: '/j',
      systemBundles: [],
      sockets: [],
      disk: diskOf(['/', '/tmp'], []),
    });
    expect(root.writable).toEqual(['/tmp', '/dev', '/proc']);
  });
});

test.each([
  [0, undefined],
  [1, 0x1fffn],
  [2, 0x3fffn],
  [3, 0x7fffn],
  [5, 0xffffn],
])('Landlock ABI %d handles what that kernel knows', (abi, handledFs) => {
  expect(landlockRules(abi, { list: [], read: ['/'], write: ['/tmp'] })?.handledFs).toBe(handledFs);
});

describe('levels', () => {
  const good = Object.fromEntries(
    'namespaces idMap loopback route4 listen mountPrivate openTree readOnly tmpfs moveMount capabilities closeRange noNewPrivileges seccomp seccompListener'
      .split(' ')
      .map((step) => [step, 0]),
  );

  test('everything worked: A', () => {
    expect(reportLevels({ ...good, landlock: 7 })).toMatchObject({ best: 'A', landlockAbi: 7 });
  });

  test.each([
    [{ ...good, namespaces: 1 }, 'namespaces: EPERM'],
    [{ ...good, idMap: 13 }, 'idMap: EACCES'],
    [{ ...good, seccompListener: 16 }, 'seccompListener: EBUSY'],
    [{ namespaces: 28 }, 'namespaces: ENOSPC'],
  ])('one step refused: D, and it says which', (facts, missing) => {
    const report = reportLevels(facts);
    expect(report.best).toBe('D');
    expect(report.findings.find(({ level }) => level === 'A')?.missing).toContain(missing);
  });

  test('a minimum above what is there is refused with what the kernel said', () => {
    const report = reportLevels({ ...good, namespaces: 1 });
    expect(() => requireLevel(report, 'A')).toThrow(
      expect.objectContaining({
        code: 'FIREWALL_LEVEL_TOO_LOW',
        message: expect.stringContaining('namespaces: EPERM'),
      }),
    );
    expect(() => requireLevel(report, undefined)).not.toThrow();
    expect(() => requireLevel(report, 'D')).not.toThrow();
  });

  test.each(LEVELS)('level A meets a minimum of %s only when that is no stronger', (minimum) => {
    const report = reportLevels(good);
    const meets = LEVELS.indexOf('A') <= LEVELS.indexOf(minimum);
    const check = () => requireLevel(report, minimum);
    if (meets) expect(check).not.toThrow();
    else expect(check).toThrow('level A+');
  });
});

test('the letters of the protocol are those of the native helper', () => {
  const source = readFileSync(join(__dirname, '../../firewall/native/aigov-jail.c'), 'utf8');
  for (const letter of [
    'P',
    'N',
    'G',
    'D',
    'K',
    'A',
    'C',
    'H',
    'R',
    'F',
    'X',
    'E',
    'B',
    'Z',
    'L',
    'O',
  ])
    expect(source).toContain(`'${letter}'`);
});
