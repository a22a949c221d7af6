// Builds what ships: compiled rooms in dist/, and the one-file workspace runtime in dist/runtime/.
'use strict';
const { execFileSync } = require('node:child_process');
const { rmSync, existsSync } = require('node:fs');
const { join } = require('node:path');

const root = __dirname;
const bin = (name) => join(root, 'node_modules', '.bin', name);

rmSync(join(root, 'dist'), { recursive: true, force: true });
execFileSync(bin('tsc'), ['-p', root], { stdio: 'inherit' });

if (existsSync(join(root, 'cli', 'workspace-main.ts'))) {
  require('esbuild').buildSync({
    entryPoints: [join(root, 'cli', 'workspace-main.ts')],
    outfile: join(root, 'dist', 'runtime', 'aigov.cjs'),
    bundle: true,
    minify: true,
    platform: 'node',
    target: 'node20.19',
    format: 'cjs',
    legalComments: 'none',
  });
}
