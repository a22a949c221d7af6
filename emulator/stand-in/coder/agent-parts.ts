import {
  textOf,
  isUnknown,
  type CtyObject,
  type Diagnostic,
  type Environment,
} from '../../../provider/plugin';
import type { ResourceBehaviour } from '../stand-in';
import { given } from './build-environment';
import { cronFault, isFiveFieldCron } from './cron';
import {
  atLeast,
  atMostCharacters,
  blocksOf,
  checkAttributes,
  duplicates,
  fault,
  matching,
  oneOf,
  parsesAsUrl,
  refuse,
} from './rules';

const REPLACED = { replaceOn: 'any' } as const;
const UUID = /^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/i;
const APP_RULES = {
  slug: matching(/^[a-z0-9](-?[a-z0-9])*$/, 'a host name in lower case'),
  share: oneOf('owner', 'authenticated', 'public'),
  open_in: oneOf('tab', 'slim-window'),
  display_name: atMostCharacters(64),
  group: atMostCharacters(64),
  tooltip: atMostCharacters(2048),
  icon: parsesAsUrl,
};
const APP_CONFLICTS: readonly (readonly [string, readonly string[]])[] = [
  ['command', ['url', 'subdomain', 'healthcheck']],
  ['external', ['healthcheck', 'command', 'subdomain', 'share']],
];

/** Everything of a workspace agent but the agent. None can be updated: each change replaces. */
export function agentPartBehaviours(
  environment: Environment,
): Readonly<Record<string, ResourceBehaviour>> {
  return {
    coder_env: { planning: REPLACED, validate: (config) => checkAttributes(config, ENV_RULES) },
    coder_script: { planning: REPLACED, validate: validateScript, create: createScript },
    coder_app: { planning: REPLACED, validate: validateApp, create: createApp },
    coder_metadata: {
      planning: REPLACED,
      check: ({ planned }) => refuseDuplicateItems(planned),
      create: (planned) => ({ item: itemsWithNullness(planned) }),
    },
    coder_ai_task: {
      planning: REPLACED,
      validate: validateTask,
      create: (planned) => createTask(planned, environment),
    },
    coder_agent_instance: { planning: REPLACED },
    coder_devcontainer: { planning: REPLACED },
    coder_external_agent: { planning: REPLACED },
  };
}

const ENV_RULES = {
  name: matching(/^[a-zA-Z_][a-zA-Z0-9_]*$/, 'a valid environment variable name'),
  merge_strategy: oneOf('replace', 'append', 'prepend', 'error'),
};

function validateScript(config: CtyObject): readonly Diagnostic[] {
  const { cron } = config;
  const found = checkAttributes(config, {
    timeout: atLeast(1),
    cron: (value) => cronFault(textOf(value)),
  });
  if (found.length > 0 || typeof cron !== 'string' || !isFiveFieldCron(cron)) return found;
  return [
    {
      severity: 'warning',
      code: 'CODER_CRON_FIVE_FIELDS',
      message: `cron "${cron}" has 5 fields: the first one is read as seconds`,
      remedy: 'Put a field for seconds in front, usually 0.',
      at: 'cron',
    },
  ];
}

/** Checked by the real provider only when it creates the script. */
function createScript(planned: CtyObject): CtyObject {
  const { cron, run_on_start: onStart, run_on_stop: onStop, start_blocks_login: blocks } = planned;
  if (onStart !== true && onStop !== true && !cron)
    throw refuse('at least one of run_on_start, run_on_stop or cron must be set');
  if (blocks === true && onStart !== true)
    throw refuse('can only be set if run_on_start is true', 'start_blocks_login');
  return {};
}

function isGiven(config: CtyObject, name: string): boolean {
  const value = config[name];
  return Array.isArray(value) ? value.length > 0 : value !== null && value !== undefined;
}

function validateApp(config: CtyObject): readonly Diagnostic[] {
  const conflicts = APP_CONFLICTS.filter(([name]) => isGiven(config, name)).flatMap(
    ([name, others]) =>
      others
        .filter((other) => isGiven(config, other))
        .map((other) => fault(`conflicts with ${other}`, name)),
  );
  return [...checkAttributes(config, APP_RULES), ...conflicts];
}

function createApp(
  planned: CtyObject,
  warn: (fact: Omit<Diagnostic, 'severity'>) => void,
): CtyObject {
  const shown = ['display_name', 'icon', 'order'].filter((name) => isGiven(planned, name));
  if (planned['hidden'] !== true || shown.length === 0) return {};
  warn({
    code: 'CODER_APP_HIDDEN',
    message: `${shown.join(', ')} set though the app is hidden`,
    remedy: 'Drop what nobody will see.',
  });
  return {};
}

function refuseDuplicateItems(planned: CtyObject): void {
  const [key] = duplicates(planned['item'], 'key');
  if (key !== undefined) throw refuse(`duplicate metadata key "${key}"`, 'item');
}

function itemsWithNullness(planned: CtyObject): readonly CtyObject[] {
  return blocksOf(planned, 'item').map((item) => ({ ...item, is_null: item['value'] === null }));
}

function validateTask(config: CtyObject): readonly Diagnostic[] {
  const isDouble = isGiven(config, 'app_id') && isGiven(config, 'sidebar_app');
  const conflict = isDouble ? [fault('conflicts with sidebar_app', 'app_id')] : [];
  return [...checkAttributes(config, { app_id: matching(UUID, 'a UUID') }), ...conflict];
}

/** Keeps `enabled` and `prompt` of its creation. */
function createTask(planned: CtyObject, environment: Environment): CtyObject {
  const [sidebar] = blocksOf(planned, 'sidebar_app');
  const named = isUnknown(planned['app_id']) ? undefined : planned['app_id'];
  const appId = named ?? sidebar?.['id'];
  if (typeof appId !== 'string') throw refuse('app_id must be set', 'app_id');
  const id = given(environment, 'CODER_TASK_ID');
  return {
    app_id: appId,
    ...(id === undefined ? {} : { id }),
    enabled: id !== undefined,
    prompt: environment['CODER_TASK_PROMPT'] ?? null,
  };
}
