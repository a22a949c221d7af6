/** On a machine without Landlock the network holds and nothing else is promised. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DOCKER_OLD_KERNEL, helperOn } from '../emulated-kernel';
import { describeEscapes } from './describe-escapes';
import { NETWORK_ESCAPES } from './network';

const folder = mkdtempSync(join(tmpdir(), 'aigov-machine-'));
describeEscapes('B-', { helperPath: helperOn(DOCKER_OLD_KERNEL, folder) }, (escape) =>
  NETWORK_ESCAPES.includes(escape),
);
