// Builds what ships: generated sources, compiled rooms in dist/, and the one-file programs that run elsewhere.
'use strict';
const { execFileSync } = require('node:child_process');
const { rmSync } = require('node:fs');
const { join } = require('node:path');
const { build } = require('esbuild');
const { version } = require('./package.json');

const root = __dirname;
const dist = (...parts) => join(root, 'dist', ...parts);

/**
 * undici's door loads fetch, WebSocket, caches and mocks beside the connection pool; the runtime needs the pool only.
 * Saves 230 kB in every template.
 */
const undiciPoolOnly = {
  name: 'undici-pool-only',
  setup(build) {
    const from = { path: 'undici-pool', namespace: 'undici-pool' };
    build.onResolve({ filter: /^undici$/ }, () => from);
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

async function main() {
  rmSync(dist(), { recursive: true, force: true });
  execFileSync(join(root, 'node_modules', '.bin', 'tsc'), ['-p', join(root, '.ci', 'tsconfig.build.json')], { stdio: 'inherit' });
  // Workspaces run it on whatever Node their image has, from 20.19 up.
  await bundle('cli/workspace-main.ts', 'runtime/aigov.cjs', 'node20.19', {
    plugins: [undiciPoolOnly],
  });
  // hcl2json reads templates where no Terraform is; a provider never does.
  await bundle('cli/template/stand-in-main.ts', 'emulator/stand-in.cjs', 'node22', {
    external: ['@cdktf/hcl2json'],
  });
}

main().catch((error) => {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
});
