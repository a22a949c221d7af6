import type { CommandRule } from '../rule';
import { FILE_RULES } from './files';

/** The built-in destructive set, on by default. */
export const BUILT_IN_RULES: readonly CommandRule[] = [...FILE_RULES];
