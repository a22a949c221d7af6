// Builds what ships: generated sources, compiled rooms in dist/, and the one-file programs that run elsewhere.
'use strict';
const { execFileSync } = require('node:child_process');
const { readFileSync, rmSync, writeFileSync } = require('node:fs');
const { join } = require('node:path');
const { brotliCompressSync, constants } = require('node:zlib');
const { build } = require('esbuild');
const { version } = require('./package.json');

const root = __dirname;
const dist = (...parts) => join(root, 'dist', ...parts);

/**
 * undici's door loads fetch, WebSocket, caches and mocks beside the connection pool; the runtime needs the pool only.
 * Saves 300 kB before compression in every template.
 */
const undiciPoolOnly = {
  name: 'undici-pool-only',
  setup(build) {
    const from = { path: 'undici-pool', namespace: 'undici-pool' };
    build.onResolve({ filter: /^undici$/ }, () => from);
    // The parser without SIMD is for processors older than any that runs our Node.
    const simd = join(root, 'node_modules', 'undici', 'lib', 'llhttp', 'llhttp_simd-wasm.js');
    build.onResolve({ filter: /llhttp-wasm\.js$/ }, () => ({ path: simd }));
    // The relay speaks HTTP/1.1 upstream (the pool's default), so the HTTP/2 client is never called.
    build.onLoad({ filter: /dispatcher[/]client-h2[.]js$/ }, () => ({ contents: '' }));
    build.onLoad({ filter: /.*/, namespace: 'undici-pool' }, () => ({
      resolveDir: root,
      contents: `
        const Dispatcher = require('undici/lib/dispatcher/dispatcher');
        Object.assign(Dispatcher.prototype, require('undici/lib/api'));
        exports.Pool = require('undici/lib/dispatcher/pool');
      `,
    }));
  },
};

/** Bundles one entry into one CommonJS file that needs nothing beside it. */
async function bundle(entry, file, target, options = {}) {
  await build({
    entryPoints: [join(root, entry)],
    outfile: dist(file),
    bundle: true,
    minify: true,
    platform: 'node',
    target,
    format: 'cjs',
    legalComments: 'none',
    ...options,
    define: { AIGOV_VERSION: JSON.stringify(version) },
    logLevel: 'warning',
  });
}

/** Templates carry the runtime compressed; the strongest level takes seconds, so it is done here once. */
function compress(file) {
  const content = readFileSync(file);
  const params = {
    [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
    [constants.BROTLI_PARAM_LGWIN]: constants.BROTLI_MAX_WINDOW_BITS,
    [constants.BROTLI_PARAM_SIZE_HINT]: content.length,
  };
  writeFileSync(`${file}.br`, brotliCompressSync(content, { params }));
}

/** Sources made from other sources; committed, so CI compares. */
function generate() {
  execFileSync(process.execPath, [dist('constructs', 'generate.js')], { stdio: 'pipe' });
  execFileSync(process.execPath, [dist('policy', 'schema', 'generate.js')], { stdio: 'pipe' });
}

async function main() {
  rmSync(dist(), { recursive: true, force: true });
  execFileSync(
    join(root, 'node_modules', '.bin', 'tsc'),
    ['-p', join(root, '.ci', 'tsconfig.build.json')],
    { stdio: 'inherit' },
  );
  generate();
  // Workspaces run it on whatever Node their image has, from 20.19 up.
  await bundle('cli/workspace-main.ts', 'runtime/aigov.cjs', 'node20.19', {
    plugins: [undiciPoolOnly],
  });
  compress(dist('runtime', 'aigov.cjs'));
  // The demo's agent is copied into the scratch workspace, as one file each.
  await bundle('examples/agent/agent.ts', 'examples/agent/agent.cjs', 'node20.19');
  await bundle('examples/agent/reach.ts', 'examples/agent/reach.cjs', 'node20.19');
  // hcl2json reads templates where no Terraform is; a provider never does.
  await bundle('cli/template/stand-in-main.ts', 'emulator/stand-in.cjs', 'node22', {
    external: ['@cdktf/hcl2json'],
  });
}

main().catch((error) => {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
});
