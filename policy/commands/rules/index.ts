import type { CommandRule } from '../rule';
import { DATABASE_RULES } from './database';
import { DEVICE_RULES } from './devices';
import { FILE_RULES } from './files';
import { FIND_RULES } from './find';
import { GIT_RULES } from './git';
import { INFRASTRUCTURE_RULES } from './infrastructure';
import { PERMISSION_RULES } from './permissions';
import { SYSTEM_RULES } from './system';

/** The built-in destructive set, on by default. */
export const BUILT_IN_RULES: readonly CommandRule[] = [
  ...FILE_RULES,
  ...FIND_RULES,
  ...DEVICE_RULES,
  ...PERMISSION_RULES,
  ...GIT_RULES,
  ...DATABASE_RULES,
  ...INFRASTRUCTURE_RULES,
  ...SYSTEM_RULES,
];
