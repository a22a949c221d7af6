/** Package registries of four ecosystems, each with one tiny package, as their own clients want them. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Route } from './web';

type Files = Readonly<Record<string, string>>;

function writeFiles(folder: string, files: Files): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
}

/** A gzipped tar of the files, under one folder. */
function tarball(scratch: string, folder: string, files: Files): Buffer {
  writeFiles(join(scratch, folder), files);
  return execFileSync('tar', ['-czf', '-', '-C', scratch, folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

/** A zip without compression (APPNOTE 4.3): what wheels and Go modules come in. */
export function zip(files: Files): Buffer {
  const locals: Buffer[] = [];
  const central: Buffer[] = [];
  let offset = 0;
  for (const [name, text] of Object.entries(files)) {
    const data = Buffer.from(text);
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(0x21, 8);
    common.writeUInt32LE(crc32(data), 10);
    common.writeUInt32LE(data.length, 14);
    common.writeUInt32LE(data.length, 18);
    common.writeUInt16LE(Buffer.byteLength(name), 22);
    const local = Buffer.concat([
      Buffer.from('PK\x03\x04', 'latin1'),
      common,
      Buffer.from(name),
      data,
    ]);
    const rest = Buffer.alloc(14);
    rest.writeUInt32LE(0o644 << 16, 6);
    rest.writeUInt32LE(offset, 10);
    central.push(Buffer.from('PK\x01\x02\x14\x03', 'latin1'), common, rest, Buffer.from(name));
    locals.push(local);
    offset += local.length;
  }
  const directory = Buffer.concat(central);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(locals.length, 8);
  end.writeUInt16LE(locals.length, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...locals, directory, end]);
}

function crc32(data: Buffer): number {
  let crc = ~0;
  for (const byte of data) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc >>> 1) ^ (0xedb88320 & -(crc & 1));
  }
  return ~crc >>> 0;
}

function sha256(data: Buffer): string {
  return createHash('sha256').update(data).digest('hex');
}

function served(host: string, files: Readonly<Record<string, () => string | Buffer>>): Route {
  return (request, response) => {
    const authority = request.headers[':authority'] ?? request.headers.host;
    if (!String(authority).startsWith(`${host}:`)) return false;
    const file = files[request.url ?? ''];
    response.writeHead(file === undefined ? 404 : 200, {
      'content-type': typeOf(request.url ?? ''),
    });
    response.end(file?.() ?? '');
    return true;
  };
}

function typeOf(url: string): string {
  return url.endsWith('/')
    ? 'text/html'
    : url.includes('.')
      ? 'application/octet-stream'
      : 'application/json';
}

/** `baseUrl` gives the town's URL of a host, known once it listens. */
export function npmRegistry(scratch: string, baseUrl: (host: string) => string): Route {
  const manifest = { name: 'tiny', version: '1.0.0', main: 'index.js' };
  const pack = tarball(scratch, 'package', {
    'package.json': JSON.stringify(manifest),
    'index.js': 'module.exports = 42;\n',
  });
  const integrity = `sha512-${createHash('sha512').update(pack).digest('base64')}`;
  const packument = () =>
    JSON.stringify({
      name: 'tiny',
      'dist-tags': { latest: '1.0.0' },
      versions: {
        '1.0.0': {
          ...manifest,
          dist: { tarball: `${baseUrl('npm.corp.test')}/tiny/-/tiny-1.0.0.tgz`, integrity },
        },
      },
    });
  return served('npm.corp.test', { '/tiny': packument, '/tiny/-/tiny-1.0.0.tgz': () => pack });
}

export function pypiIndex(): Route {
  const info = 'tiny-1.0.0.dist-info';
  const wheel = zip({
    'tiny.py': 'answer = 42\n',
    [`${info}/METADATA`]: 'Metadata-Version: 2.1\nName: tiny\nVersion: 1.0.0\n',
    [`${info}/WHEEL`]:
      'Wheel-Version: 1.0\nGenerator: town\nRoot-Is-Purelib: true\nTag: py3-none-any\n',
    [`${info}/RECORD`]: `tiny.py,,\n${info}/METADATA,,\n${info}/WHEEL,,\n${info}/RECORD,,\n`,
  });
  const file = 'tiny-1.0.0-py3-none-any.whl';
  const page = `<a href="/files/${file}#sha256=${sha256(wheel)}">${file}</a>\n`;
  return served('pypi.corp.test', { '/simple/tiny/': () => page, [`/files/${file}`]: () => wheel });
}

export function cargoRegistry(scratch: string, baseUrl: (host: string) => string): Route {
  const crate = tarball(scratch, 'tiny-1.0.0', {
    'Cargo.toml': '[package]\nname = "tiny"\nversion = "1.0.0"\nedition = "2021"\n',
    'src/lib.rs': 'pub fn answer() -> i32 { 42 }\n',
  });
  const config = () =>
    JSON.stringify({ dl: `${baseUrl('cargo.corp.test')}/dl/{crate}/{version}`, api: null });
  const entry = JSON.stringify({
    name: 'tiny',
    vers: '1.0.0',
    deps: [],
    cksum: sha256(crate),
    features: {},
    yanked: false,
  });
  return served('cargo.corp.test', {
    '/index/config.json': config,
    '/index/ti/ny/tiny': () => `${entry}\n`,
    '/dl/tiny/1.0.0': () => crate,
  });
}

export function goProxy(): Route {
  const module = 'town.test/tiny';
  const goMod = `module ${module}\n\ngo 1.18\n`;
  const source = 'package tiny\n\nfunc Answer() int { return 42 }\n';
  const archive = zip({
    [`${module}@v1.0.0/go.mod`]: goMod,
    [`${module}@v1.0.0/tiny.go`]: source,
  });
  return served('goproxy.corp.test', {
    [`/${module}/@v/list`]: () => 'v1.0.0\n',
    [`/${module}/@v/v1.0.0.info`]: () => '{"Version":"v1.0.0","Time":"2026-01-01T00:00:00Z"}',
    [`/${module}/@v/v1.0.0.mod`]: () => goMod,
    [`/${module}/@v/v1.0.0.zip`]: () => archive,
  });
}

/** Reads a program of this folder. */
export function programText(name: string): string {
  return readFileSync(join(__dirname, 'programs', name), 'utf8');
}
