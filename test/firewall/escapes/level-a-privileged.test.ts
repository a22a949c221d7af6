/** Where only root makes namespaces, level A stands without a user namespace; the root job proves it. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { helperOn, WITHOUT_USER_NAMESPACES } from '../emulated-kernel';
import { describeEscapes } from './describe-escapes';
import { NETWORK_ESCAPES } from './network';

const isRoot = process.getuid?.() === 0;
const folder = mkdtempSync(join(tmpdir(), 'aigov-machine-'));
const helperPath = helperOn(WITHOUT_USER_NAMESPACES, folder);
const forUsers = NETWORK_ESCAPES.slice(0, 4);

describeEscapes(isRoot ? 'A' : 'B', { helperPath }, (escape) =>
  isRoot ? escape.needsRoot === true : forUsers.includes(escape),
);
