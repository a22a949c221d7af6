// Builds what ships: generated sources, compiled rooms in dist/, and the one-file programs that run elsewhere.
'use strict';
const { execFileSync } = require('node:child_process');
const { rmSync } = require('node:fs');
const { join } = require('node:path');
const { buildSync } = require('esbuild');
const { version } = require('./package.json');

const root = __dirname;
const dist = (...parts) => join(root, 'dist', ...parts);

/** Bundles one entry into one CommonJS file that needs nothing beside it. */
function bundle(entry, file, target) {
  buildSync({
    entryPoints: [join(root, entry)],
    outfile: dist(file),
    bundle: true,
    minify: true,
    platform: 'node',
    target,
    format: 'cjs',
    legalComments: 'none',
    define: { AIGOV_VERSION: JSON.stringify(version) },
    logLevel: 'warning',
  });
}

rmSync(dist(), { recursive: true, force: true });
execFileSync(join(root, 'node_modules', '.bin', 'tsc'), ['-p', root], { stdio: 'inherit' });

// Workspaces run it on whatever Node their image has, from 20.19 up.
bundle('cli/workspace-main.ts', 'runtime/aigov.cjs', 'node20.19');
bundle('cli/template/stand-in-main.ts', 'emulator/stand-in.cjs', 'node22');
