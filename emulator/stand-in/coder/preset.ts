import { randomUUID } from 'node:crypto';
import { isCtyList, type CtyObject, type Diagnostic } from '../../../provider/plugin';
import type { DataSourceBehaviour } from '../stand-in';
import { atLeast, atMostCharacters, blocksOf, checkAttributes, matching } from './rules';

const MIN_TTL_SECONDS = 3600;
const MAX_TTL_SECONDS = 31_536_000;

/** `data.coder_workspace_preset`. Overlapping schedules are not checked here. */
export const presetBehaviour: DataSourceBehaviour = {
  validate: validatePreset,
  read: (config) => ({
    id: randomUUID(),
    parameters: config['parameters'] ?? null,
    prebuilds: isEmpty(config['prebuilds']) ? null : (config['prebuilds'] ?? null),
  }),
};

function isEmpty(value: CtyObject[string] | undefined): boolean {
  return isCtyList(value) && value.length === 0;
}

function validatePreset(config: CtyObject): readonly Diagnostic[] {
  const prebuilds = blocksOf(config, 'prebuilds').flatMap((prebuild) => [
    ...checkAttributes(prebuild, { instances: atLeast(0) }, 'prebuilds.'),
    ...blocksOf(prebuild, 'expiration_policy').flatMap((policy) =>
      checkAttributes(policy, { ttl: checkTtl }, 'prebuilds.expiration_policy.'),
    ),
  ]);
  const rules = {
    name: matching(/./s, 'non-empty'),
    description: atMostCharacters(128),
    icon: atMostCharacters(256),
  };
  return [...checkAttributes(config, rules), ...prebuilds];
}

function checkTtl(value: CtyObject[string]): string | undefined {
  const seconds = Number(value);
  const isAllowed = seconds === 0 || (seconds >= MIN_TTL_SECONDS && seconds <= MAX_TTL_SECONDS);
  return isAllowed ? undefined : `must be 0 or ${MIN_TTL_SECONDS} to ${MAX_TTL_SECONDS}`;
}
